import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { ConnectError } from '../../api/index.ts'
import { type Listener, parseListeners } from '../rest/listeners.ts'
import { explain } from './run.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The worker says within ten seconds what ails it; the Dockerfile gives the check a little more. */
const timeoutMs = 12_000

/** Asks the worker of this container for its health: 0 when it is well, 1 when it is not or does not answer. */
export async function healthCheck(environment: Environment): Promise<number> {
  try {
    const url = healthUrl(environment)
    const { status, text } = await ask(url)
    process.stdout.write(`${url.href}: ${status} ${text}\n`)
    return status === 200 ? 0 : 1
  } catch (error) {
    process.stderr.write(`health check: ${explain(error)}\n`)
    return 1
  }
}

/**
 * `SLUICE_HEALTH_URL`, or `/health` on the worker's first listener, one without TLS before others.
 * @throws `CONFIG_INVALID` for a URL or listeners that are none
 */
export function healthUrl(environment: Environment): URL {
  const given = environment['SLUICE_HEALTH_URL'] ?? ''
  if (given !== '') {
    if (/^https?:/i.test(given) && URL.canParse(given)) return new URL(given)
    throw new ConnectError('CONFIG_INVALID', `The environment variable SLUICE_HEALTH_URL is ${given}`, {
      remedy: 'Set it to a URL such as http://127.0.0.1:8083/health, or not at all.',
    })
  }
  const text = environment['CONNECT_LISTENERS'] ?? ''
  const listeners = text === '' ? [] : parseListeners(text.split(','))
  const listener = listeners.find(({ protocol }) => protocol === 'http') ?? listeners[0]
  return listener === undefined
    ? new URL('http://127.0.0.1:8083/health')
    : new URL(`${listener.protocol}://${hostOf(listener)}:${listener.port}/health`)
}

function hostOf({ host, port }: Listener): string {
  if (port === 0)
    throw new ConnectError('CONFIG_INVALID', 'CONNECT_LISTENERS leaves the port open', {
      remedy: 'Give the listener a port, or set SLUICE_HEALTH_URL.',
    })
  if (host === null || host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** The certificate is not looked at: it is for the name that others call, and this connection stays in the container. */
function ask(url: URL): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, rejectUnauthorized: false, agent: false }
    const request = (url.protocol === 'https:' ? httpsGet : httpGet)(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('timeout', () => request.destroy(new Error(`${url.href} did not answer within ${timeoutMs} ms`)))
    request.on('error', reject)
  })
}
