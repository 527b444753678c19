import {
  ConnectError,
  type Connector,
  type ConnectorContext,
  errorToData,
  type KafkaAccess,
  type Logger,
  type OffsetReader,
  type Props,
  type SourceConnectorContext,
} from '../../../api/index.ts'
import type { TargetState } from '../../core/ids.ts'
import type { HostEvents } from '../port.ts'

/** What a connector instance needs of its host. */
export interface ConnectorHost {
  readonly name: string
  readonly version: string
  readonly log: Logger
  readonly kafka: KafkaAccess
  readonly offsets: OffsetReader
  report(event: HostEvents['connectorState']): void
  requestReconfiguration(): void
}

type Phase =
  | { readonly kind: 'init' }
  | { readonly kind: 'started'; readonly abort: AbortController }
  | { readonly kind: 'paused' | 'stopped' | 'shutdown' }
  | { readonly kind: 'failed'; readonly abort: AbortController | null }

/**
 * One Connector instance and its states (Connect's `WorkerConnector`): pause and stop call `stop()`, a resume calls
 * `start()` on the same instance; a failed start stays failed until the connector is stopped or restarted.
 */
export class ConnectorRunner {
  readonly #host: ConnectorHost
  readonly #connector: Connector<ConnectorContext & SourceConnectorContext>
  readonly #config: Props
  #phase: Phase = { kind: 'init' }
  /** Transitions one after the other, whatever asks for them. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(host: ConnectorHost, connector: Connector<ConnectorContext & SourceConnectorContext>, config: Props) {
    this.#host = host
    this.#connector = connector
    this.#config = config
  }

  get failed(): boolean {
    return this.#phase.kind === 'failed'
  }

  /** Rejects when the connector could not be brought there; the state is reported either way. */
  transition(target: TargetState): Promise<void> {
    return this.#inTurn(() => this.#transition(target))
  }

  taskConfigs(tasksMax: number): Promise<readonly Props[]> {
    return this.#inTurn(async () => {
      if (this.#phase.kind !== 'started') {
        throw new ConnectError(
          'ILLEGAL_STATE',
          `Connector ${this.#host.name} is not running and cannot generate task configs`,
        )
      }
      return await this.#connector.taskConfigs(tasksMax)
    })
  }

  shutdown(): Promise<void> {
    // A start that hangs must learn of the stop before its turn has ended.
    this.#abortOf(this.#phase)?.abort()
    return this.#inTurn(async () => {
      const failed = this.#phase.kind === 'failed'
      try {
        await this.#stopIfStarted()
        if (!failed) this.#report('UNASSIGNED')
      } catch (error) {
        this.#host.log.error('The connector failed while it was stopped', { error })
        this.#report('FAILED', error)
      } finally {
        this.#phase = { kind: 'shutdown' }
      }
    })
  }

  async #transition(target: TargetState): Promise<void> {
    if (this.#phase.kind === 'shutdown') return
    if (this.#phase.kind === 'failed' && target !== 'STOPPED') {
      throw new ConnectError(
        'ILLEGAL_STATE',
        `Connector ${this.#host.name} has failed and cannot be moved to ${target}; restart it`,
      )
    }
    try {
      if (target === 'STARTED') await this.#start()
      else await this.#halt(target)
    } catch (error) {
      this.#phase = { kind: 'failed', abort: null }
      this.#report('FAILED', error)
      throw error
    }
  }

  async #start(): Promise<void> {
    if (this.#phase.kind === 'started') return
    const abort = new AbortController()
    this.#phase = { kind: 'started', abort }
    await this.#connector.start(this.#context(abort), this.#config)
    this.#report('RUNNING')
  }

  async #halt(target: 'PAUSED' | 'STOPPED'): Promise<void> {
    const kind = target === 'PAUSED' ? 'paused' : 'stopped'
    if (this.#phase.kind === kind) return
    try {
      await this.#stopIfStarted()
    } catch (error) {
      // A connector that is to be stopped always ends up stopped; one that is to be paused does not.
      if (target === 'PAUSED') throw error
      this.#host.log.error('The connector failed while it was stopped', { error })
    }
    this.#phase = { kind }
    this.#report(target)
  }

  async #stopIfStarted(): Promise<void> {
    const abort = this.#abortOf(this.#phase)
    if (abort === null) return
    abort.abort()
    await this.#connector.stop()
  }

  #abortOf(phase: Phase): AbortController | null {
    return phase.kind === 'started' || phase.kind === 'failed' ? phase.abort : null
  }

  #context(abort: AbortController): ConnectorContext & SourceConnectorContext {
    const host = this.#host
    const alive = (): void => {
      if (abort.signal.aborted) throw new ConnectError('ILLEGAL_STATE', `Connector ${host.name} is stopped`)
    }
    return {
      connectorName: host.name,
      log: host.log,
      kafka: host.kafka,
      offsets: host.offsets,
      stopping: abort.signal,
      requestTaskReconfiguration: () => {
        alive()
        host.requestReconfiguration()
      },
      raiseError: (error) => {
        alive()
        this.#phase = { kind: 'failed', abort }
        this.#report('FAILED', error)
      },
    }
  }

  #report(state: HostEvents['connectorState']['state'], error?: unknown): void {
    const failure = error === undefined ? null : errorToData(error)
    this.#host.report({ name: this.#host.name, state, error: failure, version: this.#host.version })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work)
    this.#turn = result.catch(() => undefined) // whoever asked gets the error; the next in turn must not
    return result
  }
}
