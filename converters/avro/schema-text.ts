import { dataError } from '../../api/index.ts'
import { jsonString } from '../../compat/json-text.ts'
import { schemalessToJson } from '../../compat/json-write.ts'
import { type AvroField, type AvroNamed, type AvroProps, type AvroSchema, isNamed } from './avro-schema.ts'

/**
 * A schema as JSON text, members in the order that Java's Avro writes them: registries tell schemas apart by text.
 * @throws `DATA_INVALID` for two different types of one name, and for names that Avro does not allow
 */
export function schemaText(schema: AvroSchema): string {
  return new Writer().write(schema, null)
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

class Writer {
  readonly #defined = new Map<string, AvroNamed>()

  write(schema: AvroSchema, namespace: string | null): string {
    if (isNamed(schema)) return this.#named(schema, namespace)
    switch (schema.kind) {
      case 'union':
        return `[${schema.branches.map((branch) => this.write(branch, namespace)).join(',')}]`
      case 'array':
        return `{"type":"array","items":${this.write(schema.items, namespace)}${props(schema.props)}}`
      case 'map':
        return `{"type":"map","values":${this.write(schema.values, namespace)}${props(schema.props)}}`
      case 'null':
      case 'boolean':
      case 'int':
      case 'long':
      case 'float':
      case 'double':
      case 'string':
      case 'bytes':
      default:
        return schema.props.size === 0 ? `"${schema.kind}"` : `{"type":"${schema.kind}"${props(schema.props)}}`
    }
  }

  #named(schema: AvroNamed, outer: string | null): string {
    const dot = schema.name.lastIndexOf('.')
    const namespace = dot < 0 ? null : schema.name.slice(0, dot)
    const known = this.#defined.get(schema.name)
    if (known === schema) return jsonString(namespace === outer ? schema.name.slice(dot + 1) : schema.name)
    if (known !== undefined) {
      throw dataError(`Can't redefine: ${schema.name}`, {
        remedy: 'Two different schemas inside one record have this name: give one of them another.',
      })
    }
    checkName(schema.name)
    this.#defined.set(schema.name, schema)
    // An empty namespace says that the outer one does not hold here.
    const space = namespace === outer ? '' : `,"namespace":${jsonString(namespace ?? '')}`
    const head = `{"type":"${schema.kind}","name":${jsonString(schema.name.slice(dot + 1))}${space}`
    return `${head}${this.#body(schema, namespace)}${props(schema.props)}}`
  }

  #body(schema: AvroNamed, namespace: string | null): string {
    switch (schema.kind) {
      case 'fixed':
        return `,"size":${schema.size}`
      case 'enum': {
        const symbols = schema.symbols.map((symbol) => jsonString(checkPart(symbol)))
        const byDefault = schema.defaultSymbol === null ? '' : `,"default":${jsonString(schema.defaultSymbol)}`
        return `${doc(schema.doc)},"symbols":[${symbols.join(',')}]${byDefault}`
      }
      case 'record': {
        const fields = schema.fields.map((field) => this.#field(field, namespace))
        return `${doc(schema.doc)},"fields":[${fields.join(',')}]`
      }
      default:
        return ''
    }
  }

  #field(field: AvroField, namespace: string | null): string {
    const byDefault = field.defaultValue === undefined ? '' : `,"default":${schemalessToJson(field.defaultValue)}`
    const type = this.write(field.type, namespace)
    return `{"name":${jsonString(checkPart(field.name))},"type":${type}${doc(field.doc)}${byDefault}}`
  }
}

function doc(text: string | null): string {
  return text === null ? '' : `,"doc":${jsonString(text)}`
}

function props(entries: AvroProps): string {
  return [...entries].map(([name, value]) => `,${jsonString(name)}:${schemalessToJson(value)}`).join('')
}

function checkName(fullName: string): void {
  for (const part of fullName.split('.')) checkPart(part)
}

function checkPart(name: string): string {
  if (NAME.test(name)) return name
  throw dataError(`Illegal name for Avro: ${name}`, {
    remedy:
      'Set scrub.invalid.names=true on the converter (a prefix such as value.converter. before it), or rename it.',
  })
}
