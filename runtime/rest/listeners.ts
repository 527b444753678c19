import { hostname } from 'node:os'
import { ConnectError } from '../../api/index.ts'

/** One entry of `listeners` or `admin.listeners`. */
export interface Listener {
  readonly protocol: 'http' | 'https'
  /** Null: all interfaces. */
  readonly host: string | null
  /** 0: any free port. */
  readonly port: number
}

export interface Advertised {
  /** With scheme and a slash at the end: what other workers call. */
  readonly url: string
  /** `host:port`, the worker's id in statuses. */
  readonly workerId: string
}

const form = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?\d+)$/

type ListenerKey = 'listeners' | 'admin.listeners'

/** Parses a list of listeners. */
export function parseListeners(texts: readonly string[], key: ListenerKey = 'listeners'): Listener[] {
  return texts.map((text) => {
    const fault = (reason: string): ConnectError =>
      new ConnectError('CONFIG_INVALID', `Invalid value ${text} for configuration ${key}: ${reason}`, {
        remedy: `Write for example ${key}=http://0.0.0.0:8083`,
      })
    const match = form.exec(text.trim())
    if (match === null) throw fault(`Listener doesn't have the right format (protocol://hostname:port).`)
    const protocol = (match[1] ?? '').toLowerCase()
    if (protocol !== 'http' && protocol !== 'https') throw fault('Listener protocol must be either "http" or "https".')
    const port = Number(match[3])
    if (port < 0 || port > 65_535) throw fault('The port must be a number from 0 to 65535.')
    return { protocol, host: match[2] === '' ? null : (match[2] ?? null), port }
  })
}

export interface AdvertisedOptions {
  readonly listener: string | null
  readonly host: string | null
  readonly port: number | null
}

/** The address that other workers and tools see: `rest.advertised.*` over what is bound. */
export function advertised(bound: readonly Listener[], options: AdvertisedOptions): Advertised {
  const wanted = options.listener?.toLowerCase()
  const protocol = wanted ?? (bound.some((listener) => listener.protocol === 'http') ? 'http' : 'https')
  const listener = bound.find((candidate) => candidate.protocol === protocol)
  if (listener === undefined)
    throw new ConnectError('CONFIG_INVALID', `rest.advertised.listener=${protocol} names no protocol of listeners`, {
      remedy: `Remove the line, or set it to ${[...new Set(bound.map((other) => other.protocol))].join(' or ')}.`,
    })
  const own =
    listener.host === null || listener.host === '0.0.0.0' || listener.host === '::' ? hostname() : listener.host
  const host = options.host ?? own
  const port = options.port ?? listener.port
  const inUrl = host.includes(':') ? `[${host}]` : host
  return { url: `${protocol}://${inUrl}:${port}/`, workerId: `${host}:${port}` }
}
