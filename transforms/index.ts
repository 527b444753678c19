import type { PluginModule } from '../api/index.ts'
import { lazyDebezium, lazyPredicate, lazyTransformations } from './lazy.ts'

/** The stock transformations and predicates, and those of Debezium. */
const transforms: PluginModule = {
  plugins: [
    ...lazyTransformations('cast', 'Cast', 'keyAndValue'),
    ...lazyTransformations('drop-headers', 'DropHeaders', 'wholeRecord'),
    ...lazyTransformations('extract-field', 'ExtractField', 'keyAndValue'),
    ...lazyTransformations('filter', 'Filter', 'wholeRecord'),
    ...lazyTransformations('flatten', 'Flatten', 'keyAndValue'),
    ...lazyTransformations('header-from', 'HeaderFrom', 'keyAndValue'),
    ...lazyTransformations('hoist-field', 'HoistField', 'keyAndValue'),
    ...lazyTransformations('insert-field', 'InsertField', 'keyAndValue'),
    ...lazyTransformations('insert-header', 'InsertHeader', 'wholeRecord'),
    ...lazyTransformations('mask-field', 'MaskField', 'keyAndValue'),
    ...lazyTransformations('regex-router', 'RegexRouter', 'wholeRecord'),
    ...lazyTransformations('replace-field', 'ReplaceField', 'keyAndValue'),
    ...lazyTransformations('set-schema-metadata', 'SetSchemaMetadata', 'keyAndValue'),
    ...lazyTransformations('timestamp-converter', 'TimestampConverter', 'keyAndValue'),
    ...lazyTransformations('timestamp-router', 'TimestampRouter', 'wholeRecord'),
    ...lazyTransformations('value-to-key', 'ValueToKey', 'wholeRecord'),
    lazyDebezium('by-logical-table-router', 'ByLogicalTableRouter'),
    lazyDebezium('event-router', 'outbox.EventRouter'),
    lazyDebezium('extract-new-record-state', 'ExtractNewRecordState'),
    lazyPredicate('has-header-key', 'HasHeaderKey'),
    lazyPredicate('record-is-tombstone', 'RecordIsTombstone'),
    lazyPredicate('topic-name-matches', 'TopicNameMatches'),
  ],
}

export default transforms
