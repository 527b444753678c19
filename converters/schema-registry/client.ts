import { setTimeout as delay } from 'node:timers/promises'
import { type Awaitable, ConnectError, getEntry, isPlainObject } from '../../api/index.ts'
import { AsyncCache } from './async-cache.ts'
import type { RegistrySettings } from './config.ts'
import { answerError, isTransient, notARegistry, unreachable } from './errors.ts'
import { type Endpoint, type HttpAnswer, type HttpRequest, makeEndpoints } from './http.ts'

/** Another schema that a schema uses. */
export interface SchemaReference {
  /** By which the schema calls it. */
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema as the registry keeps it. */
export interface SchemaContent {
  /** AVRO, JSON or PROTOBUF. */
  readonly type: string
  readonly text: string
  readonly references: readonly SchemaReference[]
}

export interface RegisteredSchema extends SchemaContent {
  readonly id: number
  readonly version: number
}

type Json = Readonly<Record<string, unknown>>

/**
 * A client of Confluent's schema registry. What it was told once it answers without a promise; of several requests for
 * the same thing one is sent. Errors are `ConnectError`s; those that may pass are retriable.
 */
export class RegistryClient {
  readonly #settings: RegistrySettings
  readonly #endpoints: readonly Endpoint[]
  readonly #closeEndpoints: () => void
  readonly #closing = new AbortController()
  readonly #byId: AsyncCache<number, SchemaContent>
  readonly #byVersion: AsyncCache<string, SchemaContent>
  readonly #ids: AsyncCache<string, number>
  readonly #versions: AsyncCache<string, { readonly version: number | null }>
  readonly #latest: AsyncCache<string, RegisteredSchema>
  /** Index of the address that answered last. */
  #current = 0

  constructor(settings: RegistrySettings) {
    this.#settings = settings
    const { endpoints, close } = makeEndpoints(settings)
    this.#endpoints = endpoints
    this.#closeEndpoints = close
    this.#byId = new AsyncCache(settings.cacheSize)
    this.#byVersion = new AsyncCache(settings.cacheSize)
    this.#ids = new AsyncCache(settings.cacheSize)
    this.#versions = new AsyncCache(settings.cacheSize)
    this.#latest = new AsyncCache(settings.cacheSize)
  }

  /** The id of a schema, registered under the subject if it is not yet. */
  register(subject: string, schema: SchemaContent, normalize: boolean): Awaitable<number> {
    return this.#ids.get(`register ${normalize} ${subject} ${schema.text}`, async () => {
      const what = `register a schema for subject '${subject}'`
      const path = `/subjects/${encodeURIComponent(subject)}/versions?normalize=${normalize}`
      return numberOf(await this.#ask(what, { method: 'POST', path, body: contentJson(schema) }), 'id')
    })
  }

  /** The id of a schema that is registered under the subject. */
  idOf(subject: string, schema: SchemaContent, normalize: boolean): Awaitable<number> {
    return this.#ids.get(`lookup ${normalize} ${subject} ${schema.text}`, async () => {
      const what = `find the schema in subject '${subject}'`
      const path = `/subjects/${encodeURIComponent(subject)}?normalize=${normalize}&deleted=false`
      return numberOf(await this.#ask(what, { method: 'POST', path, body: contentJson(schema) }), 'id')
    })
  }

  /** The version that a schema has under the subject; null when it is not registered there. */
  versionOf(subject: string, id: number, schema: SchemaContent): Awaitable<{ readonly version: number | null }> {
    return this.#versions.get(`${id} ${subject}`, async () => {
      const what = `find the version of schema ${id} in subject '${subject}'`
      const path = `/subjects/${encodeURIComponent(subject)}?normalize=false&deleted=true`
      const answer = await this.#ask(what, { method: 'POST', path, body: contentJson(schema) }, true)
      return { version: answer === null ? null : numberOf(answer, 'version') }
    })
  }

  /** The latest version of the subject, as it was when it was first asked for. */
  latest(subject: string): Awaitable<RegisteredSchema> {
    return this.#latest.get(subject, async () => {
      const path = `/subjects/${encodeURIComponent(subject)}/versions/latest`
      const answer = await this.#ask(`get the latest schema of subject '${subject}'`, {
        method: 'GET',
        path,
        body: null,
      })
      return { ...contentOf(answer), id: numberOf(answer, 'id'), version: numberOf(answer, 'version') }
    })
  }

  /** @param subject lets a registry with contexts look in the right one */
  byId(id: number, subject: string): Awaitable<SchemaContent> {
    return this.#byId.get(id, async () => {
      const path = `/schemas/ids/${id}?fetchMaxId=false&subject=${encodeURIComponent(subject)}`
      return contentOf(await this.#ask(`get schema ${id}`, { method: 'GET', path, body: null }))
    })
  }

  byVersion(subject: string, version: number): Awaitable<SchemaContent> {
    return this.#byVersion.get(`${version} ${subject}`, async () => {
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
      const what = `get version ${version} of subject '${subject}'`
      return contentOf(await this.#ask(what, { method: 'GET', path, body: null }))
    })
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort(new ConnectError('ILLEGAL_STATE', 'The schema registry client was closed'))
    this.#closeEndpoints()
  }

  #ask(what: string, request: HttpRequest): Promise<Parsed>
  #ask(what: string, request: HttpRequest, missingIsNull: true): Promise<Parsed | null>
  async #ask(what: string, request: HttpRequest, missingIsNull = false): Promise<Parsed | null> {
    for (let attempt = 0; ; attempt++) {
      const tried = await this.#tryAll(what, request)
      if (!(tried instanceof Error)) {
        if (tried.answer.status === 404 && missingIsNull) return null
        return parsed(what, tried.url, tried.answer)
      }
      if (attempt >= this.#settings.retries) throw tried
      const waitMs = Math.min(this.#settings.retryWaitMs * 2 ** attempt, this.#settings.retryWaitMsMax)
      await this.#whileOpen(delay(waitMs, undefined, { signal: this.#closing.signal }))
    }
  }

  /** Each address once, beginning with the one that answered last. */
  async #tryAll(what: string, request: HttpRequest): Promise<Tried | ConnectError> {
    const names = this.#endpoints.map(({ name }) => name)
    let failure = unreachable(what, names, null)
    for (let i = 0; i < this.#endpoints.length; i++) {
      const index = (this.#current + i) % this.#endpoints.length
      const endpoint = this.#endpoints[index]
      if (endpoint === undefined) break
      try {
        const answer = await this.#whileOpen(endpoint.send(request, this.#closing.signal))
        if (!isTransient(answer.status)) {
          this.#current = index
          return { url: endpoint.name, answer }
        }
        failure = answerError(what, endpoint.name, answer)
      } catch (cause) {
        this.#closing.signal.throwIfAborted()
        failure = unreachable(what, names, cause)
      }
    }
    return failure
  }

  async #whileOpen<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } finally {
      this.#closing.signal.throwIfAborted()
    }
  }
}

interface Tried {
  readonly url: string
  readonly answer: HttpAnswer
}

interface Parsed {
  readonly json: Json
  readonly what: string
  readonly url: string
}

function parsed(what: string, url: string, answer: HttpAnswer): Parsed {
  if (answer.status < 200 || answer.status > 299) throw answerError(what, url, answer)
  try {
    const json: unknown = JSON.parse(answer.body)
    if (isPlainObject(json)) return { json, what, url }
  } catch {
    // Said below: what is not JSON is no answer of a registry.
  }
  throw notARegistry(what, url)
}

function contentJson({ type, text, references }: SchemaContent): string {
  return JSON.stringify({
    schema: text,
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
  })
}

function contentOf({ json, what, url }: Parsed): SchemaContent {
  const [text, type, references] = ['schema', 'schemaType', 'references'].map((name) => getEntry(json, name))
  if (typeof text !== 'string') throw notARegistry(what, url)
  const list: readonly unknown[] = Array.isArray(references) ? references : []
  return {
    text,
    type: typeof type === 'string' ? type : 'AVRO',
    references: list.map((each) => reference(each, what, url)),
  }
}

function reference(json: unknown, what: string, url: string): SchemaReference {
  const [name, subject, version] = isPlainObject(json)
    ? ['name', 'subject', 'version'].map((key) => getEntry(json, key))
    : []
  if (typeof name !== 'string' || typeof subject !== 'string' || typeof version !== 'number')
    throw notARegistry(what, url)
  return { name, subject, version }
}

function numberOf({ json, what, url }: Parsed, name: string): number {
  const value = getEntry(json, name)
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw notARegistry(what, url)
  return value
}
