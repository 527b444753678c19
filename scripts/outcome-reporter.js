// For `node --test --test-reporter`: a line of JSON for each test that failed or was skipped, which run-tests.js repeats
// at its end. A suite that fails with its tests is not named beside them.
export default async function* outcomes(events) {
  for await (const { type, data } of events) {
    const { name, file, skip, todo } = data ?? {}
    const withItsTests = data?.details?.error?.failureType === 'subtestsFailed'
    if (type === 'test:fail' && !withItsTests && isUnset(todo)) yield line({ outcome: 'failed', name, file })
    if (type === 'test:pass' && !isUnset(skip)) yield line({ outcome: 'skipped', name, file, reason: skip })
  }
}

function isUnset(option) {
  return option === undefined || option === false
}

function line(value) {
  return `${JSON.stringify(value)}\n`
}
