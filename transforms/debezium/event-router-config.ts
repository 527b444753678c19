import { type ConfigValidator, defineConfig, oneOfIgnoringCase, validator } from '../../api/index.ts'
import { javaRegex } from '../common/config.ts'

const NOT_TRACED = 'Taken and not used: there is no tracing here.'

export const eventRouterConfig = defineConfig({
  'table.field.event.id': {
    type: 'STRING',
    default: 'id',
    importance: 'LOW',
    doc: 'The column that becomes the header `id`.',
  },
  'table.field.event.key': {
    type: 'STRING',
    default: 'aggregateid',
    importance: 'LOW',
    doc: 'The column that becomes the key.',
  },
  'table.field.event.type': { type: 'STRING', default: 'type', importance: 'LOW', doc: 'Taken and not used.' },
  'table.field.event.payload': {
    type: 'STRING',
    default: 'payload',
    importance: 'LOW',
    doc: 'The column that becomes the value.',
  },
  'table.field.event.timestamp': {
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    doc: 'The column that becomes the timestamp, in one of the time types of Debezium; `ts_ms` of the change otherwise.',
  },
  'table.fields.additional.placement': {
    type: 'LIST',
    default: null,
    validator: placements(),
    importance: 'HIGH',
    doc:
      'Further columns as `column:placement` or `column:placement:alias`: `header`, `envelope` (the value becomes a ' +
      'struct of `payload` and these), or `partition` (an INT32).',
  },
  'table.field.additional.missing': {
    type: 'STRING',
    default: 'error',
    validator: oneOfIgnoringCase('error', 'ignore'),
    importance: 'MEDIUM',
    doc: 'Whether a further column that is not there fails the record or is passed over.',
  },
  'table.field.event.schema.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'An INT32 column that becomes the version of the value’s schema, where further columns make it a struct.',
  },
  'table.op.invalid.behavior': {
    type: 'STRING',
    default: 'warn',
    validator: oneOfIgnoringCase('warn', 'error', 'fatal'),
    importance: 'MEDIUM',
    doc: 'What an update of the table does: with `fatal` it fails, otherwise it is dropped.',
  },
  'table.expand.json.payload': {
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    doc: 'Whether a payload that is the text of a JSON object becomes a struct. Other texts stay.',
  },
  'table.json.payload.null.behavior': {
    type: 'STRING',
    default: 'ignore',
    validator: oneOfIgnoringCase('ignore', 'optional_bytes'),
    importance: 'MEDIUM',
    doc: 'Whether a null in such JSON is left out or becomes a null of type BYTES.',
  },
  'route.by.field': {
    type: 'STRING',
    default: 'aggregatetype',
    importance: 'HIGH',
    doc: 'The column, a string, that the topic is made of.',
  },
  'route.topic.regex': {
    type: 'STRING',
    default: '(?<routedByValue>.*)',
    validator: javaRegex(),
    importance: 'LOW',
    doc: 'What its value must match as a whole for route.topic.replacement to count; it is the topic itself otherwise.',
  },
  'route.topic.replacement': {
    type: 'STRING',
    default: 'outbox.event.${routedByValue}',
    importance: 'HIGH',
    doc: 'The topic; $1 or ${name} is a group of route.topic.regex.',
  },
  'route.tombstone.on.empty.payload': {
    type: 'BOOLEAN',
    default: false,
    importance: 'HIGH',
    doc: 'Whether a payload that is null or blank makes a tombstone.',
  },
  'tracing.span.context.field': {
    type: 'STRING',
    default: 'tracingspancontext',
    importance: 'HIGH',
    doc: NOT_TRACED,
  },
  'tracing.operation.name': { type: 'STRING', default: 'debezium-read', importance: 'HIGH', doc: NOT_TRACED },
  'tracing.with.context.field.only': { type: 'BOOLEAN', default: false, importance: 'HIGH', doc: NOT_TRACED },
})

/** A further column of the outbox table. */
export interface Placement {
  readonly column: string
  readonly place: 'header' | 'envelope' | 'partition'
  readonly name: string
}

export function parsePlacements(mappings: readonly string[] | null): readonly Placement[] {
  return listed(mappings ?? [])
    .map(parsePlacement)
    .filter((placement) => placement !== null)
}

/** A comma at the end is fine. */
function listed(mappings: readonly string[]): readonly string[] {
  return mappings.at(-1) === '' ? mappings.slice(0, -1) : mappings
}

/** Null when it is none. */
function parsePlacement(mapping: string): Placement | null {
  const parts = mapping.replace(/:+$/, '').split(':')
  const [column, place, name] = parts.map((part) => part.trim())
  if (column === undefined || place === undefined || parts.length > 3) return null
  const placement = place.toLowerCase()
  return placement === 'header' || placement === 'envelope' || placement === 'partition'
    ? { column, place: placement, name: name ?? column }
    : null
}

function placements(): ConfigValidator {
  return validator('list of column:placement[:alias]', (value) => {
    const wrong = Array.isArray(value)
      ? listed(value.map(String)).find((each) => parsePlacement(each) === null)
      : undefined
    return wrong === undefined
      ? null
      : `${wrong} is not column:placement or column:placement:alias, with header, envelope or partition`
  })
}
