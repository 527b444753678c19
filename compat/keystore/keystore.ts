import { configError, type ConnectError } from '../../api/errors.ts'
import { DerError } from './der.ts'
import { type KeyStoreEntry, type KeyStoreOptions, WrongPasswordError } from './entry.ts'
import { isJks, readJks } from './jks.ts'
import { readPkcs12 } from './pkcs12.ts'

export type { KeyEntry, KeyStoreEntry, KeyStoreOptions } from './entry.ts'

/**
 * Reads a Java key store: JKS or PKCS12, told apart by content as the JVM does, whatever the configured type says.
 * Throws a `ConnectError` of code `CONFIG_INVALID` that says whether the password or the file is at fault.
 */
export function readKeyStore(bytes: Buffer, options: KeyStoreOptions): KeyStoreEntry[] {
  try {
    return isJks(bytes) ? readJks(bytes, options) : readPkcs12(bytes, options)
  } catch (error) {
    if (error instanceof WrongPasswordError) throw wrongPassword(error, options)
    if (error instanceof DerError || error instanceof RangeError) throw unreadable(error, options)
    throw error
  }
}

function wrongPassword(cause: WrongPasswordError, { name }: KeyStoreOptions): ConnectError {
  if (cause.of === 'key') {
    return configError(`Failed to load the key in ${name}: the password of the key was incorrect`, {
      cause,
      remedy: 'Set ssl.key.password to the password of the key, where it differs from that of the store.',
    })
  }
  return configError(`Failed to load SSL keystore ${name}: keystore password was incorrect`, {
    cause,
    remedy: 'Set the password that the store was made with (keytool -list -keystore FILE tries it).',
  })
}

function unreadable(cause: Error, { name }: KeyStoreOptions): ConnectError {
  return configError(`Failed to load SSL keystore ${name}: not a JKS or PKCS12 key store (${cause.message})`, {
    cause,
    remedy: 'Check that the file is a key store and whole; PEM files need the store type PEM.',
  })
}
