import { type ConfigOf, configError, defineConfig, oneOf } from '../../api/index.ts'
import type { SimpleDateFormat } from '../../compat/simple-date-format.ts'
import { REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { dateFormat, datePattern, isBlank } from '../common/date-format.ts'

export type TimestampForm = 'string' | 'unix' | 'Date' | 'Time' | 'Timestamp'
export type UnixPrecision = 'nanoseconds' | 'microseconds' | 'milliseconds' | 'seconds'

export const config = defineConfig({
  field: {
    type: 'STRING',
    default: '',
    importance: 'HIGH',
    doc: 'The field with the timestamp; empty when the whole key or value is the timestamp.',
  },
  'target.type': {
    type: 'STRING',
    validator: oneOf('string', 'unix', 'Date', 'Time', 'Timestamp'),
    importance: 'HIGH',
    doc: 'What the timestamp becomes: text, a number of unix.precision, or one of the logical types.',
  },
  format: {
    type: 'STRING',
    default: '',
    validator: datePattern(),
    importance: 'MEDIUM',
    doc:
      'How timestamps are written as text, in UTC; a pattern of java.text.SimpleDateFormat. Needed when target.type is ' +
      'string, and for input that is text.',
  },
  'unix.precision': {
    type: 'STRING',
    default: 'milliseconds',
    validator: oneOf('nanoseconds', 'microseconds', 'milliseconds', 'seconds'),
    importance: 'LOW',
    doc:
      'What numbers count since the epoch, as input and as output. Digits below a millisecond are lost on the way in, ' +
      'and zero on the way out.',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

/** What tells how to read and write a timestamp. */
export interface Conversion {
  readonly target: TimestampForm
  /** Null when there is no pattern: then text cannot be read. */
  readonly format: SimpleDateFormat | null
  readonly precision: UnixPrecision
}

/** @throws `CONFIG_INVALID` when text is wanted and there is no pattern */
export function conversionOf(props: ConfigOf<typeof config>): Conversion {
  const target = props['target.type'] as TimestampForm
  const format = isBlank(props.format) ? null : dateFormat(props.format)
  if (target === 'string' && format === null) {
    throw configError('TimestampConverter requires format option to be specified when using string timestamps')
  }
  return { target, format, precision: props['unix.precision'] as UnixPrecision }
}
