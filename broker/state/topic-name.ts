import { BrokerError } from './broker-error.ts'

const nameCharsMax = 249

/** @throws BrokerError for a name that no topic can have */
export function checkName(name: string): void {
  const fault = (why: string): BrokerError =>
    new BrokerError('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${why}`)
  if (name === '') throw fault('the empty string is not allowed')
  if (name === '.' || name === '..') throw fault(`'${name}' is not allowed`)
  if (name.length > nameCharsMax)
    throw fault(`the length of '${name}' is longer than the max allowed length ${nameCharsMax}`)
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    throw fault(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`)
}

/** @throws BrokerError where a metric of Kafka's could not tell two topics apart */
export function checkCollision(name: string, present: Iterable<string>): void {
  const metric = (topic: string): string => topic.replaceAll('.', '_')
  for (const other of present)
    if (metric(other) === metric(name))
      throw new BrokerError('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
}
