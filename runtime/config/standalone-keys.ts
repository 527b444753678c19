import { type ConfigKeySpecs, nonEmptyString } from '../../api/index.ts'

/** Keys of a worker by itself. */
export const standaloneKeys = {
  'offset.storage.file.filename': {
    type: 'STRING',
    validator: nonEmptyString(),
    importance: 'HIGH',
    doc: 'File of source offsets; made when it is not there.',
  },
} as const satisfies ConfigKeySpecs
