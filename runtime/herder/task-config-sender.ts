import { isPlainObject } from '../../api/index.ts'
import { parseJson } from '../../compat/json-read.ts'
import type { ConfigMap } from '../core/ids.ts'
import type { SessionKey } from '../core/session-key.ts'
import type { Forwarder } from './forwarder.ts'
import { badRequest, HerderError } from './errors.ts'
import type { SessionKeys } from './session-keys.ts'

/** Has the leader write a connector's task configs. @throws when it did not */
export type TaskConfigSender = (
  leaderUrl: string | null,
  connector: string,
  configs: readonly ConfigMap[],
  key: SessionKey | null,
) => Promise<void>

/** `POST <leader>/connectors/{name}/tasks`, signed (KIP-507). */
export function taskConfigSender(forwarder: Forwarder, keys: SessionKeys): TaskConfigSender {
  return async (leaderUrl, connector, configs, key) => {
    if (leaderUrl === null || leaderUrl === '') throw new HerderError(409, 'The leader of the group is not known')
    const body = Buffer.from(JSON.stringify(configs))
    const answer = await forwarder(leaderUrl, {
      method: 'POST',
      path: `/connectors/${encodeURIComponent(connector)}/tasks`,
      body,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'kafka-connect',
        'Content-Type': 'application/json',
        ...(key === null ? {} : keys.sign(key, body)),
      },
    })
    if (answer.status >= 300)
      throw new HerderError(
        answer.status,
        `The leader answered ${answer.status}: ${Buffer.from(answer.body).toString()}`,
      )
  }
}

/** The body of such a request. @throws 400 */
export function parseTaskConfigs(body: Uint8Array): readonly ConfigMap[] {
  const value = parse(body)
  if (!Array.isArray(value)) throw badRequest('An array of task configs is expected')
  return value.map((config: unknown) => {
    if (!isPlainObject(config)) throw badRequest('A task config must be an object of strings')
    return Object.fromEntries(
      Object.entries(config).map(([key, text]) => {
        if (typeof text !== 'string') throw badRequest(`The value of ${key} in a task config is not a string`)
        return [key, text]
      }),
    )
  })
}

function parse(body: Uint8Array): unknown {
  try {
    return parseJson(body)
  } catch (error) {
    throw badRequest(`The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
