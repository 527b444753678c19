import { defineConfig, nonEmptyString } from '../../api/index.ts'

export const fileSourceConfig = defineConfig({
  file: {
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    doc: 'Source filename. If not specified, the standard input will be used',
  },
  topic: { type: 'STRING', validator: nonEmptyString(), importance: 'HIGH', doc: 'The topic to publish data to' },
  'batch.size': {
    type: 'INT',
    default: 2000,
    importance: 'LOW',
    doc: 'The maximum number of records the source task can read from the file each time it is polled',
  },
})

export const fileSinkConfig = defineConfig({
  file: {
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    doc: 'Destination filename. If not specified, the standard output will be used',
  },
})

/** Null for standard input or output. */
export function fileName(config: { readonly file: string | null }): string | null {
  return config.file === null || config.file === '' ? null : config.file
}
