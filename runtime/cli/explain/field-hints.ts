import { type ConnectRecord, isPlainObject, isStruct, type Props } from '../../../api/index.ts'
import { nearest } from '../../core/edit-distance.ts'

/** Properties of the stock transforms that name fields which have to be there; of a list each, `name:more` by its name. */
const namingFields: Readonly<Record<string, readonly string[]>> = {
  Cast: ['spec'],
  ExtractField: ['field'],
  HeaderFrom: ['fields'],
  MaskField: ['fields'],
  ReplaceField: ['include', 'exclude', 'renames', 'whitelist', 'blacklist'],
  TimestampConverter: ['field'],
  ValueToKey: ['fields'],
}
const stock = /^org\.apache\.kafka\.connect\.transforms\.(\w+)(?:\$(Key|Value))?$/

/** A line for each field that a stage names and the record has not, with the one that was probably meant. */
export function fieldHints(className: string, props: Props, record: ConnectRecord): string[] {
  const [, name = '', part = 'Value'] = stock.exec(className) ?? []
  const where = part === 'Key' ? 'key' : 'value'
  const present = fieldsOf(part === 'Key' ? record.key : record.value)
  if (present === null) return []
  return (namingFields[name] ?? []).flatMap((property) =>
    namesOf(props[property] ?? '', props['field.syntax.version'] === 'V2')
      .filter((field) => !present.includes(field))
      .map((field) => hint(field, property, where, present)),
  )
}

function hint(field: string, property: string, where: string, present: readonly string[]): string {
  const meant = nearest(field, present)
  const has = present.length === 0 ? 'It has none.' : `It has ${present.join(', ')}.`
  return `"${field}" (${property}) is no field of the ${where}. ${meant === null ? has : `Did you mean "${meant}"?`}`
}

/** Null where there are no fields to speak of. */
function fieldsOf(data: unknown): readonly string[] | null {
  if (isStruct(data)) return data.schema.fields.map(({ name }) => name)
  return isPlainObject(data) ? Object.keys(data) : null
}

/** Of a nested path only its first step is looked at. */
function namesOf(list: string, nested: boolean): string[] {
  return list
    .split(',')
    .map((item) => item.split(':')[0]?.trim() ?? '')
    .map((name) => (nested ? (name.replaceAll('`', '').split('.')[0] ?? name) : name))
    .filter((name) => name !== '')
}
