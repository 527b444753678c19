import type { PluginModule } from '../api/index.ts'
import { cast } from './cast/index.ts'
import { dropHeaders } from './drop-headers/index.ts'
import { extractField } from './extract-field/index.ts'
import { filter } from './filter/index.ts'
import { flatten } from './flatten/index.ts'
import { hasHeaderKey } from './has-header-key/index.ts'
import { headerFrom } from './header-from/index.ts'
import { hoistField } from './hoist-field/index.ts'
import { insertField } from './insert-field/index.ts'
import { insertHeader } from './insert-header/index.ts'
import { maskField } from './mask-field/index.ts'
import { recordIsTombstone } from './record-is-tombstone/index.ts'
import { regexRouter } from './regex-router/index.ts'
import { replaceField } from './replace-field/index.ts'
import { setSchemaMetadata } from './set-schema-metadata/index.ts'
import { timestampConverter } from './timestamp-converter/index.ts'
import { timestampRouter } from './timestamp-router/index.ts'
import { topicNameMatches } from './topic-name-matches/index.ts'
import { valueToKey } from './value-to-key/index.ts'

/** The stock transformations and predicates. */
const transforms: PluginModule = {
  plugins: [
    ...cast,
    dropHeaders,
    ...extractField,
    filter,
    ...flatten,
    ...headerFrom,
    ...hoistField,
    ...insertField,
    insertHeader,
    ...maskField,
    regexRouter,
    ...replaceField,
    ...setSchemaMetadata,
    ...timestampConverter,
    timestampRouter,
    valueToKey,
    hasHeaderKey,
    recordIsTombstone,
    topicNameMatches,
  ],
}

export default transforms
