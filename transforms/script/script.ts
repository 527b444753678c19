import { statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as api from '../../api/index.ts'
import { type Awaitable, type ConnectRecord, configError, type Transformation } from '../../api/index.ts'
import { applied } from './changes.ts'

/** What a script exports by default. Besides the record it is given the api, so that it need not find the package. */
export type Script = (record: ConnectRecord, tools: typeof api) => Awaitable<unknown>

const extensions: readonly string[] = ['.js', '.mjs', '.ts', '.mts']

/** Hands each record to a function of the user. */
export class ScriptTransformation implements Transformation {
  readonly #path: string
  #script: Script | null = null

  /** @throws `CONFIG_INVALID` for a file that is not there, or of a kind that nobody here runs */
  constructor(file: string) {
    this.#path = resolve(file)
    if (!extensions.includes(extname(file)))
      throw configError(`script.file ${file} is no ${extensions.join(', ')} file`, {
        remedy: 'Give the module one of these endings.',
      })
    if (statSync(this.#path, { throwIfNoEntry: false })?.isFile() !== true)
      throw configError(`script.file ${file} is not there`, {
        remedy: `Relative paths count from the folder that the worker was started in: ${this.#path}.`,
      })
  }

  /** Loads the file as it is now: a task that starts again takes a new version of it. */
  async start(): Promise<void> {
    const { mtimeMs } = statSync(this.#path)
    const module = (await this.#load(`${pathToFileURL(this.#path).href}?${mtimeMs}`)) as { readonly default?: unknown }
    if (typeof module.default !== 'function')
      throw configError(`script.file ${this.#path} exports no function by default`, {
        remedy: 'Write "export default (record, tools) => …", which returns a record, changes of it, or null.',
      })
    this.#script = module.default as Script
  }

  apply<R extends ConnectRecord>(record: R): Awaitable<R | null> {
    if (this.#script === null) throw new Error('the script was not started')
    const result = this.#script(record, api)
    if (isPromise(result)) return result.then((later) => applied(record, later, this.#path))
    return applied(record, result, this.#path)
  }

  async #load(url: string): Promise<unknown> {
    try {
      return await import(url)
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
        throw configError(`script.file ${this.#path} is TypeScript, which this Node does not run`, {
          cause,
          remedy: 'Use Node 22.18 or later, or compile it to JavaScript.',
        })
      throw configError(`script.file ${this.#path} cannot be loaded: ${message}`, { cause })
    }
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { readonly then?: unknown } | null)?.then === 'function'
}
