import { configError, type ConnectErrorOptions, errorToData } from '../../../api/errors.ts'
import { type JaasModule, parseJaas } from '../../../compat/jaas.ts'
import type { KafkajsSasl } from '../kafkajs.ts'
import { makeOAuthBearer } from './oauth-bearer.ts'
import { makeTokenSource } from './oauth-token.ts'
import type { ParsedProperties } from './parse.ts'

const KAFKA_MODULES: Readonly<Record<string, string>> = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  OAUTHBEARER: 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule',
}

/** Callback handlers of Kafka's own whose work is built in. */
const BUILT_IN_HANDLERS = [
  'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler',
  'org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler',
]

/** Credentials for kafkajs from the `sasl.*` properties. */
export function makeSasl(props: ParsedProperties): KafkajsSasl {
  const mechanism = props.string('sasl.mechanism').toUpperCase()
  const expected = KAFKA_MODULES[mechanism]
  if (expected === undefined) throw unknownMechanism(mechanism)
  const handler = props.stringOrNull('sasl.login.callback.handler.class')
  if (handler !== null && handler !== '' && !BUILT_IN_HANDLERS.includes(handler)) {
    throw configError('Configuration sasl.login.callback.handler.class is not supported', {
      remedy: 'Java classes cannot be loaded; remove the property.',
    })
  }
  const text = props.secret('sasl.jaas.config')
  if (text === null) {
    throw configError("Could not find a 'KafkaClient' entry in the JAAS configuration: sasl.jaas.config is not set", {
      remedy: `Set sasl.jaas.config to: ${expected} required …;`,
    })
  }
  const module = readJaas(text)
  if (module.className !== expected) throw wrongModule(module.className, mechanism, expected)
  if (mechanism === 'OAUTHBEARER') return makeOAuthBearer(makeTokenSource(props, module.options))
  if (module.options.get('tokenauth') === 'true') {
    throw configError('Delegation tokens (tokenauth) are not supported', { remedy: 'Use the credentials of a user.' })
  }
  const kind = mechanism === 'PLAIN' ? 'plain' : mechanism === 'SCRAM-SHA-256' ? 'scram-sha-256' : 'scram-sha-512'
  return { mechanism: kind, username: option(module, 'username'), password: option(module, 'password') }
}

function readJaas(text: string): JaasModule {
  try {
    return parseJaas(text)
  } catch (cause) {
    const { message, remedy } = errorToData(cause)
    throw invalidJaas(message, remedy === null ? { cause } : { cause, remedy })
  }
}

function option(module: JaasModule, name: string): string {
  const value = module.options.get(name)
  if (value === undefined) throw invalidJaas(`Value not specified for key '${name}' in JAAS config`)
  return value
}

/** The value itself may hold a password and is not shown. */
function invalidJaas(message: string, options?: ConnectErrorOptions): Error {
  return configError(`Invalid value for configuration sasl.jaas.config: ${message}`, options)
}

function unknownMechanism(mechanism: string): Error {
  const remedy =
    mechanism === 'GSSAPI'
      ? 'Kerberos is not supported, and it is the default: set sasl.mechanism to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER.'
      : 'Set sasl.mechanism to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER.'
  return configError(`SASL mechanism ${mechanism} is not supported`, { remedy })
}

function wrongModule(className: string, mechanism: string, expected: string): Error {
  return invalidJaas(`Login module ${className} does not go with SASL mechanism ${mechanism}`, {
    remedy: `Use ${expected}; other login modules cannot be loaded.`,
  })
}
