// Figures as tables.

/** Least, middle and greatest of some numbers. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { min: sorted[0], median, max: sorted.at(-1) }
}

const k = (value) => `${(value / 1000).toFixed(0)} k`
const x = (value) => `${value.toFixed(2)}x`
const show = ({ min, median, max }, format) => `${format(median)} (${format(min)}–${format(max)})`

/** One Markdown line a workload: the rates of both and the ratios per round. */
export function rateRow(title, rounds) {
  const of = (name, field) => spread(rounds.map((round) => round[name][field]))
  const ratio = (field) => spread(rounds.map(({ sluice, java }) => sluice[field] / java[field]))
  const cells = [
    title,
    show(of('sluice', 'perSecond'), k),
    show(of('java', 'perSecond'), k),
    show(ratio('perSecond'), x),
    show(of('sluice', 'perCpuSecond'), k),
    show(of('java', 'perCpuSecond'), k),
    show(ratio('perCpuSecond'), x),
  ]
  return `| ${cells.join(' | ')} |`
}

export const rateHead = [
  '| Work | Sluice rec/s | Java rec/s | ratio | Sluice rec/CPU-s | Java rec/CPU-s | ratio |',
  '|---|---|---|---|---|---|---|',
].join('\n')

export function startRow(rounds) {
  const seconds = (name) => show(spread(rounds.map((round) => round[name])), (value) => `${value.toFixed(2)} s`)
  return `exec → REST answers: Sluice ${seconds('sluice')}, Java ${seconds('java')}`
}

export function memoryRow({ sluice, java }) {
  const mb = ({ idleMb, busyMb }) => `${idleMb.toFixed(0)} MB idle, ${busyMb.toFixed(0)} MB busy`
  return `resident: Sluice ${mb(sluice)}; Java ${mb(java)}`
}
