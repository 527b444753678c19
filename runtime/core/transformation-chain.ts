import {
  ConnectError,
  type Awaitable,
  type ConnectRecord,
  configError,
  errorToData,
  type PluginDescriptor,
  type Predicate,
  type PredicateDescriptor,
  parseConfigValue,
  type Props,
  type Transformation,
  type TransformationDescriptor,
} from '../../api/index.ts'
import { isPromise } from './awaitable.ts'
import { withPrefix } from './with-prefix.ts'

/** Finds a plugin by the class name or alias of a config; null when there is none. */
export type FindPlugin = (className: string, kind: PluginDescriptor['kind']) => PluginDescriptor | null

/** One transformation with the condition on it. */
export interface TransformationStage {
  readonly alias: string
  /** Of the transformation: what logs and dead letter queue headers name, for a failing predicate too. */
  readonly className: string
  readonly transformation: Transformation
  readonly predicate: Predicate | null
  readonly negate: boolean
}

/**
 * A stage that threw. Says where, and holds the record as the stage got it, so that the caller may try again from there
 * with `applyFrom`.
 */
export class StageFailure extends Error {
  readonly stage: TransformationStage
  readonly index: number
  readonly record: ConnectRecord

  constructor(stage: TransformationStage, index: number, record: ConnectRecord, cause: unknown) {
    super(`Transformation ${stage.alias} (${stage.className}) failed`, { cause })
    this.name = 'StageFailure'
    this.stage = stage
    this.index = index
    this.record = record
  }
}

/**
 * The transformations of a connector, in order. Synchronous until a stage returns a promise; a record that a stage drops
 * ends the chain with null.
 */
export class TransformationChain {
  readonly stages: readonly TransformationStage[]

  constructor(stages: readonly TransformationStage[]) {
    this.stages = stages
  }

  /**
   * Prepares the stages that need it, in order; to be called before the first record. Not all have been started when
   * one fails, and all are to be closed then. @throws `CONFIG_INVALID` naming the stage
   */
  async start(): Promise<void> {
    for (const { alias, transformation } of this.stages) {
      try {
        await transformation.start?.()
      } catch (cause) {
        const { message, remedy } = errorToData(cause)
        throw configError(`transforms.${alias}: ${message}`, remedy === null ? { cause } : { cause, remedy })
      }
    }
  }

  /** @throws `StageFailure`, or rejects with it once a stage has returned a promise */
  apply<R extends ConnectRecord>(record: R): Awaitable<R | null> {
    return this.stages.length === 0 ? record : this.applyFrom(0, record)
  }

  /** The rest of the chain, from a stage on. */
  applyFrom<R extends ConnectRecord>(start: number, record: R): Awaitable<R | null> {
    let current = record
    for (let i = start; i < this.stages.length; i++) {
      const result = this.#applyStage(i, current)
      if (isPromise(result)) return this.#continueAfter(i, current, result)
      if (result === null) return null
      current = result
    }
    return current
  }

  /** Closes all stages, in order; every one is tried. @throws `AggregateError` of what failed */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (const plugin of this.stages.flatMap((stage) => [stage.transformation, stage.predicate])) {
      try {
        await plugin?.close?.()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Closing transformations failed')
  }

  #applyStage<R extends ConnectRecord>(index: number, record: R): Awaitable<R | null> {
    const stage = this.stages[index] as TransformationStage
    try {
      if (stage.predicate === null) return given(stage.transformation.apply(record))
      const answer = stage.predicate.test(record)
      if (isPromise(answer)) return applyAfter(stage, record, answer)
      return answer === stage.negate ? record : given(stage.transformation.apply(record))
    } catch (cause) {
      throw new StageFailure(stage, index, record, cause)
    }
  }

  async #continueAfter<R extends ConnectRecord>(
    index: number,
    record: R,
    pending: Promise<R | null>,
  ): Promise<R | null> {
    let result: R | null
    try {
      result = given(await pending)
    } catch (cause) {
      throw new StageFailure(this.stages[index] as TransformationStage, index, record, cause)
    }
    return result === null ? null : this.applyFrom(index + 1, result)
  }
}

/** What a stage gave. @throws for a plugin that forgot to return something: its record is not to be lost in silence */
function given<T>(result: T | undefined): T {
  if (result !== undefined) return result
  throw new ConnectError(
    'DATA_INVALID',
    'The transformation returned undefined; it has to return a record, or null to drop it',
  )
}

async function applyAfter<R extends ConnectRecord>(
  stage: TransformationStage,
  record: R,
  pending: Promise<boolean>,
): Promise<R | null> {
  const answer = await pending
  return answer === stage.negate ? record : stage.transformation.apply(record)
}

/**
 * The chain that a connector's configuration describes (`transforms`, `predicates`). Each stage gets a predicate
 * instance of its own.
 * @throws `CONFIG_INVALID`
 */
export function createTransformationChain(config: Props, findPlugin: FindPlugin): TransformationChain {
  return new TransformationChain(aliases(config, 'transforms').map((alias) => createStage(config, alias, findPlugin)))
}

/** The aliases that a LIST key of the configuration names, duplicates dropped. */
export function aliases(config: Props, key: 'transforms' | 'predicates'): readonly string[] {
  const list = parseConfigValue(key, config[key] ?? null, 'LIST')
  return [...new Set(list)]
}

/** Keys of a transformation's alias that are the chain's, not the transformation's. */
const STAGE_KEYS = ['type', 'plugin.version', 'predicate', 'negate'] as const

function createStage(config: Props, alias: string, findPlugin: FindPlugin): TransformationStage {
  const props = withPrefix(config, `transforms.${alias}.`)
  const typeKey = `transforms.${alias}.type`
  const descriptor = requirePlugin(typeKey, props['type'] ?? null, 'transformation', findPlugin)
  const predicateAlias = props['predicate'] ?? null
  const negate = props['negate']?.toLowerCase() === 'true'
  for (const key of STAGE_KEYS) delete props[key]
  return {
    alias,
    className: descriptor.className,
    transformation: descriptor.create(props),
    predicate: predicateAlias === null ? null : createPredicate(config, predicateAlias, findPlugin),
    negate: predicateAlias !== null && negate,
  }
}

function createPredicate(config: Props, alias: string, findPlugin: FindPlugin): Predicate {
  const props = withPrefix(config, `predicates.${alias}.`)
  const descriptor = requirePlugin(`predicates.${alias}.type`, props['type'] ?? null, 'predicate', findPlugin)
  delete props['type']
  delete props['plugin.version']
  return descriptor.create(props)
}

type StageDescriptor<K> = K extends 'transformation' ? TransformationDescriptor : PredicateDescriptor

/** The plugin of that class. @throws `CONFIG_INVALID` that says what is wrong with the class */
export function requirePlugin<K extends 'transformation' | 'predicate'>(
  key: string,
  className: string | null,
  kind: K,
  findPlugin: FindPlugin,
): StageDescriptor<K> {
  if (className === null) throw configError(`Missing required configuration "${key}" which has no default value.`)
  const name = className.trim()
  const found = findPlugin(name, kind)
  if (found?.kind === kind) return found as StageDescriptor<K>
  throw wrongClass(key, name, kind, findPlugin)
}

/** In the order in which the original lists them. */
const INNER_CLASSES = ['Key', 'Value']

function wrongClass(key: string, name: string, kind: 'transformation' | 'predicate', findPlugin: FindPlugin): Error {
  const inner = INNER_CLASSES.map((each) => findPlugin(`${name}$${each}`, kind)?.className).filter(
    (each) => each !== undefined,
  )
  if (inner.length > 0) {
    return configError(`This class is abstract and cannot be created. Did you mean ${inner.join(', ')}?`)
  }
  const kinds: readonly PluginDescriptor['kind'][] = [
    'source',
    'sink',
    'transformation',
    'predicate',
    'converter',
    'header_converter',
    'config_provider',
  ]
  const other = kinds.some((each) => findPlugin(name, each) !== null)
  if (!other) return configError(`Invalid value ${name} for configuration ${key}: Class ${name} could not be found.`)
  const interfaceName = kind === 'transformation' ? 'Transformation' : 'Predicate'
  return configError(`Class class ${name} does not implement the ${interfaceName} interface`)
}
