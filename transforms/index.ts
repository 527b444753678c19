import type { PluginModule } from '../api/index.ts'
import { filter } from './filter/index.ts'
import { hasHeaderKey } from './has-header-key/index.ts'
import { insertField } from './insert-field/index.ts'
import { maskField } from './mask-field/index.ts'
import { recordIsTombstone } from './record-is-tombstone/index.ts'
import { regexRouter } from './regex-router/index.ts'
import { replaceField } from './replace-field/index.ts'
import { script } from './script/index.ts'
import { topicNameMatches } from './topic-name-matches/index.ts'

/** The stock transformations and predicates. */
const transforms: PluginModule = {
  plugins: [
    filter,
    ...insertField,
    ...maskField,
    regexRouter,
    ...replaceField,
    hasHeaderKey,
    recordIsTombstone,
    topicNameMatches,
    script,
  ],
}

export default transforms
