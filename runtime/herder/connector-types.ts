import type { Worker } from '../worker/worker.ts'
import type { ConfigView } from './config-view.ts'
import type { ConnectorType } from './herder.ts'

/** Whether a connector is a source or a sink, as far as the worker knows its class by now. */
export class ConnectorTypes {
  readonly #worker: Worker
  readonly #view: () => ConfigView

  constructor(worker: Worker, view: () => ConfigView) {
    this.#worker = worker
    this.#view = view
  }

  of(name: string): ConnectorType {
    const connectorClass = this.#view().config(name)?.['connector.class']
    if (connectorClass === undefined) return 'unknown'
    const kind = this.#worker.knownKind(connectorClass)
    // Asked for, so that it is known the next time; a class that cannot be loaded stays unknown, as it is shown.
    if (kind === undefined) this.#worker.connectorKind(connectorClass).catch(() => undefined)
    return kind ?? 'unknown'
  }
}
