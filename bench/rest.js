// The few REST calls that the benchmarks make; both workers answer them alike.
import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 20

async function call(url, method = 'GET', body) {
  const init = { method, signal: AbortSignal.timeout(30_000) }
  if (body !== undefined)
    Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok && response.status !== 404 && response.status !== 409) {
    throw new Error(`${method} ${url}: ${response.status} ${text}`)
  }
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** Creates a connector and returns once its one task is RUNNING. */
export async function startConnector(worker, name, config) {
  await call(`${worker.url}/connectors/${name}/config`, 'PUT', config)
  for (const end = Date.now() + 60_000; ; await delay(pollMs)) {
    const { status, body } = await call(`${worker.url}/connectors/${name}/status`)
    const task = status === 200 ? body.tasks[0] : undefined
    if (task?.state === 'RUNNING') return
    if (task?.state === 'FAILED') throw new Error(`${worker.name}: ${name} failed: ${task.trace}`)
    if (Date.now() > end) throw new Error(`${worker.name}: ${name} does not run: ${JSON.stringify(body)}`)
  }
}

export async function deleteConnector(worker, name) {
  for (let answer = 409; answer === 409; await delay(pollMs)) {
    answer = (await call(`${worker.url}/connectors/${name}`, 'DELETE')).status // 409: a rebalance is under way
  }
}
