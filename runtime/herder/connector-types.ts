import type { Worker } from '../worker/worker.ts'
import type { ConfigView } from './config-view.ts'
import type { ConnectorType } from './herder.ts'

/** Whether a connector is a source or a sink, as far as the worker knows its class by now. */
export class ConnectorTypes {
  readonly #worker: Worker
  readonly #view: () => ConfigView
  /** Classes whose answer is awaited: connectors share them. */
  readonly #asked = new Set<string>()

  constructor(worker: Worker, view: () => ConfigView) {
    this.#worker = worker
    this.#view = view
  }

  of(name: string): ConnectorType {
    const connectorClass = this.#view().config(name)?.['connector.class']
    if (connectorClass === undefined) return 'unknown'
    const kind = this.#worker.knownKind(connectorClass)
    if (kind === undefined) this.#ask(connectorClass)
    return kind ?? 'unknown'
  }

  /** So that it is known the next time; a class that cannot be loaded stays unknown, as it is shown. */
  #ask(connectorClass: string): void {
    if (this.#asked.has(connectorClass)) return
    this.#asked.add(connectorClass)
    this.#worker
      .connectorKind(connectorClass)
      .catch(() => undefined)
      .finally(() => this.#asked.delete(connectorClass))
  }
}
