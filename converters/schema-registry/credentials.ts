import { configError } from '../../api/index.ts'
import { parseJaas } from '../../compat/jaas.ts'
import type { CredentialSettings } from './config.ts'

/** The header `Authorization` for an address; null for none. @throws `CONFIG_INVALID` */
export function authorization(settings: CredentialSettings, url: URL): string | null {
  const bearer = bearerToken(settings)
  const basic = basicCredentials(settings, url)
  if (bearer !== null && basic !== null) {
    throw configError('Both basic and bearer credentials are set for the schema registry', {
      remedy: 'Remove bearer.auth.token, or user and password.',
    })
  }
  if (bearer !== null) return `Bearer ${bearer}`
  return basic === null ? null : `Basic ${Buffer.from(basic).toString('base64')}`
}

function bearerToken({ bearerSource, bearerToken }: CredentialSettings): string | null {
  if (bearerSource === 'STATIC_TOKEN') return bearerToken
  throw configError(`Invalid value ${bearerSource} for configuration bearer.auth.credentials.source`, {
    remedy: 'Only STATIC_TOKEN is supported: put a token into bearer.auth.token.',
  })
}

function basicCredentials(settings: CredentialSettings, url: URL): string | null {
  switch (settings.basicSource) {
    case 'URL':
      if (url.username === '') return null
      return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    case 'USER_INFO':
      if (settings.userInfo !== null) return settings.userInfo
      throw configError('basic.auth.credentials.source is USER_INFO, but basic.auth.user.info is not set', {
        remedy: 'Set basic.auth.user.info to user:password.',
      })
    case 'SASL_INHERIT':
      return fromJaas(settings.jaas)
    default:
      throw configError(`Invalid value ${settings.basicSource} for configuration basic.auth.credentials.source`, {
        remedy: 'Use URL, USER_INFO or SASL_INHERIT.',
      })
  }
}

function fromJaas(jaas: string | null): string {
  const options = jaas === null ? null : parseJaas(jaas).options
  const [user, password] = [options?.get('username'), options?.get('password')]
  if (user !== undefined && password !== undefined) return `${user}:${password}`
  throw configError('basic.auth.credentials.source is SASL_INHERIT, but sasl.jaas.config has no user and password', {
    remedy: "Set sasl.jaas.config on the converter, with the converter's prefix.",
  })
}
