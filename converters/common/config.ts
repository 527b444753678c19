import { oneOf } from '../../api/index.ts'

/** The key that every converter definition starts with; the runtime sets it. */
export const CONVERTER_TYPE = {
  'converter.type': {
    type: 'STRING',
    validator: oneOf('key', 'value', 'header'),
    importance: 'LOW',
    doc: 'What this converter is used for; set by the runtime.',
  },
} as const
