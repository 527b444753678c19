import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, normalize, sep } from 'node:path'
import { ConnectError, type ConfigProvider, type Props } from '../../api/index.ts'
import { parseProperties } from '../../compat/properties.ts'

/** `${file:/path/to.properties:key}` (Kafka's `FileConfigProvider`); the file is read anew each time. */
export function fileProvider(params: Props, warn: (message: string) => void): ConfigProvider {
  const allowed = allowedPaths(params)
  return {
    get(path, keys) {
      if (path === '' || !isAllowed(path, allowed, warn)) return { data: {} }
      return { data: pick(Object.fromEntries(parseProperties(readText(path))), keys) }
    },
  }
}

/** `${dir:/path:file}` (Kafka's `DirectoryConfigProvider`): the file's name is the key, its content the value. */
export function directoryProvider(params: Props, warn: (message: string) => void): ConfigProvider {
  const allowed = allowedPaths(params)
  return {
    get(path, keys) {
      if (path === '' || !isAllowed(path, allowed, warn)) return { data: {} }
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
        warn(`The path ${path} is not a directory`)
        return { data: {} }
      }
      const names = keys ?? readdirSync(path)
      const files = names.filter(
        (name) => !name.includes(sep) && statSync(join(path, name), { throwIfNoEntry: false })?.isFile() === true,
      )
      return { data: Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), 'utf8')])) }
    },
  }
}

/** `${env:NAME}` (Kafka's `EnvVarConfigProvider`). */
export function environmentProvider(
  params: Props,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigProvider {
  const allowed = new RegExp(`^(?:${params['allowlist.pattern'] ?? '.*'})$`)
  return {
    get(path, keys) {
      if (path !== '') {
        throw new ConnectError(
          'CONFIG_INVALID',
          `Path is not supported for EnvVarConfigProvider, invalid value '${path}'`,
        )
      }
      const names = (keys ?? Object.keys(environment)).filter((name) => allowed.test(name))
      return {
        data: Object.fromEntries(
          names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
        ),
      }
    },
  }
}

/** `allowed.paths`: null when everything is. */
function allowedPaths(params: Props): readonly string[] | null {
  const text = params['allowed.paths'] ?? ''
  if (text.trim() === '') return null
  return text.split(',').map((path) => {
    const trimmed = path.trim()
    if (!isAbsolute(trimmed)) throw new ConnectError('CONFIG_INVALID', `Path ${trimmed} is not absolute`)
    if (!existsSync(trimmed)) throw new ConnectError('CONFIG_INVALID', `Path ${trimmed} does not exist`)
    return normalize(trimmed)
  })
}

function isAllowed(path: string, allowed: readonly string[] | null, warn: (message: string) => void): boolean {
  if (allowed === null) return true
  const wanted = normalize(path)
  const inside = allowed.some(
    (folder) => wanted === folder || wanted.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`),
  )
  if (!inside) warn(`The path ${path} is not permitted to be accessed`)
  return inside
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConnectError('CONFIG_INVALID', `Could not read properties from file ${path}`, {
      cause,
      remedy: 'The file must be there and readable on every worker that may run the connector.',
    })
  }
}

function pick(data: Readonly<Record<string, string>>, keys: readonly string[] | null): Props {
  if (keys === null) return data
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(data, key) ? [[key, data[key] ?? '']] : [])))
}
