import type { ControlEvents, ControlMethods, HostEvents, HostMethods } from '../../../../runtime/worker/port.ts'
import type { StartedHost } from '../../../../runtime/worker/host-pool.ts'
import { type Handlers, RpcPeer, type RpcMessage, type RpcWire } from '../../../../runtime/worker/rpc.ts'
import type { Clock } from '../../../../runtime/platform/clock.ts'

/** Two ends of a wire; what is posted arrives in order, cloned as between threads. */
export function wirePair(): [RpcWire, RpcWire] {
  const ends: ((message: RpcMessage) => void)[] = [() => undefined, () => undefined]
  const end = (own: 0 | 1): RpcWire => ({
    post: (message) => {
      const copy = structuredClone(message)
      queueMicrotask(() => ends[1 - own]?.(copy))
    },
    listen: (receive) => {
      ends[own] = receive
    },
  })
  return [end(0), end(1)]
}

type HostSide = RpcPeer<HostMethods, ControlMethods, ControlEvents, HostEvents>

/** A host in the same thread, whose answers a test can replace. */
export class FakeHost {
  readonly number: number
  readonly peer: HostSide
  readonly started: StartedHost
  /** Methods and what they were given, pings left out. */
  readonly calls: { readonly method: string; readonly params: unknown }[] = []
  terminated = 0
  /** Ends as a thread ends: with a reason when nobody asked for it. */
  end: (reason: string | null) => void = () => undefined

  constructor(number: number, clock: Clock, answers: Partial<Handlers<HostMethods>>) {
    this.number = number
    const [control, host] = wirePair()
    const ended = new Promise<string | null>((resolve) => {
      this.end = resolve
    })
    this.started = {
      wire: control,
      ended,
      terminate: () => {
        this.terminated++
        this.end(null)
        return Promise.resolve()
      },
    }
    this.peer = new RpcPeer({ wire: host, clock, handlers: this.#handlers(answers), events: {} })
  }

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length
  }

  #handlers(answers: Partial<Handlers<HostMethods>>): Handlers<HostMethods> {
    const none = (): void => undefined
    const all: Handlers<HostMethods> = {
      ping: () => null,
      describePlugins: () => [],
      pluginConfig: () => [],
      validate: () => ({ name: '', error_count: 0, groups: [], configs: [] }),
      connectorKind: () => 'source',
      startConnector: none,
      transitionConnector: none,
      stopConnector: none,
      taskConfigs: () => [],
      startTask: none,
      transitionTask: none,
      stopTask: none,
      cancelTask: none,
      sinkAssign: none,
      sinkRevoke: none,
      sinkFailed: none,
      alterOffsets: () => true,
      metrics: () => [],
      setLogLevel: none,
      ...answers,
    }
    const noted = Object.entries(all).map(([method, answer]) => [
      method,
      (params: unknown) => {
        if (method !== 'ping') this.calls.push({ method, params })
        return (answer as (params: unknown) => unknown)(params)
      },
    ])
    return Object.fromEntries(noted) as Handlers<HostMethods>
  }
}
