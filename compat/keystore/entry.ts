/** A private key with its certificate chain, own certificate first; all PEM. */
export interface KeyEntry {
  readonly kind: 'key'
  readonly alias: string
  readonly privateKey: string
  readonly chain: readonly string[]
}

/** A certificate that is trusted; PEM. */
export interface TrustedEntry {
  readonly kind: 'trusted'
  readonly alias: string
  readonly certificate: string
}

export type KeyStoreEntry = KeyEntry | TrustedEntry

export interface KeyStoreOptions {
  /** For messages: the file's name. */
  readonly name: string
  /** Null: the integrity of the store is not checked, as in Java. */
  readonly password: string | null
  /** Password of the keys, where it is another one. */
  readonly keyPassword?: string | null
  /** False for trust stores: their keys, if any, are left alone. */
  readonly withKeys: boolean
}

/** The password does not fit the store, or a key in it. */
export class WrongPasswordError extends Error {
  override readonly name = 'WrongPasswordError'
  readonly of: 'store' | 'key'

  constructor(of: 'store' | 'key') {
    super(`The password of the ${of} is wrong`)
    this.of = of
  }
}

export function toPem(label: 'CERTIFICATE' | 'PRIVATE KEY', der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
