import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './process.ts'

/** Key and trust stores as Java people have them, made by the real keytool. */
export interface Stores {
  readonly password: string
  readonly serverKeystore: string
  readonly truststoreJks: string
  readonly truststorePkcs12: string
  readonly clientKeystoreJks: string
  readonly clientKeystorePkcs12: string
  readonly caPem: string
}

/** A certificate authority, a server certificate for localhost, a client certificate, and the stores around them. */
export async function makeStores(folder: string): Promise<Stores> {
  mkdirSync(folder, { recursive: true })
  const password = 'store-secret'
  const at = (name: string): string => join(folder, name)
  const tool = (...args: string[]): Promise<string> =>
    run('keytool', [...args, '-storepass', password, '-noprompt'], { cwd: folder })
  const pair = (store: string, type: string, alias: string, extra: string[]): Promise<string> =>
    tool(
      '-genkeypair',
      '-keystore',
      store,
      '-storetype',
      type,
      '-alias',
      alias,
      '-keyalg',
      'RSA',
      '-keysize',
      '2048',
      '-validity',
      '30',
      '-dname',
      `CN=${alias}`,
      '-keypass',
      password,
      ...extra,
    )
  await pair(at('ca.p12'), 'PKCS12', 'ca', ['-ext', 'bc:c'])
  await tool('-exportcert', '-rfc', '-keystore', at('ca.p12'), '-alias', 'ca', '-file', at('ca.pem'))
  const signed = async (store: string, type: string, alias: string, san: string[]): Promise<void> => {
    await pair(store, type, alias, [])
    await tool('-certreq', '-keystore', store, '-alias', alias, '-file', at(`${alias}.csr`))
    await tool(
      '-gencert',
      '-keystore',
      at('ca.p12'),
      '-alias',
      'ca',
      '-infile',
      at(`${alias}.csr`),
      '-outfile',
      at(`${alias}.crt`),
      '-validity',
      '30',
      ...san,
    )
    await tool('-importcert', '-keystore', store, '-alias', 'ca', '-file', at('ca.pem'))
    await tool('-importcert', '-keystore', store, '-alias', alias, '-file', at(`${alias}.crt`))
  }
  await signed(at('server.p12'), 'PKCS12', 'server', ['-ext', 'san=dns:localhost,ip:127.0.0.1'])
  await signed(at('client.jks'), 'JKS', 'client', [])
  await tool(
    '-importkeystore',
    '-srckeystore',
    at('client.jks'),
    '-srcstorepass',
    password,
    '-destkeystore',
    at('client.p12'),
    '-deststoretype',
    'PKCS12',
  )
  await tool('-importcert', '-keystore', at('trust.jks'), '-storetype', 'JKS', '-alias', 'ca', '-file', at('ca.pem'))
  await tool('-importcert', '-keystore', at('trust.p12'), '-storetype', 'PKCS12', '-alias', 'ca', '-file', at('ca.pem'))
  return {
    password,
    serverKeystore: at('server.p12'),
    truststoreJks: at('trust.jks'),
    truststorePkcs12: at('trust.p12'),
    clientKeystoreJks: at('client.jks'),
    clientKeystorePkcs12: at('client.p12'),
    caPem: at('ca.pem'),
  }
}
