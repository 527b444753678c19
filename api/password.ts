import { PASSWORD_BRAND } from './brands.ts'

const HIDDEN = '[hidden]'

/** A secret of a configuration. Prints as `[hidden]` wherever it turns up; the text comes out through `reveal` only. */
export class Password {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  get [PASSWORD_BRAND](): true {
    return true
  }

  /** The secret itself. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN
  }
}
