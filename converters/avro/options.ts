/** What Confluent calls AvroDataConfig: how schemas are translated. */
export interface AvroDataOptions {
  /** Enum symbols and package names are kept (`enhanced.avro.schema.support`). */
  readonly enhanced: boolean
  /** Unions and enums in the form that other converters share (`generalized.sum.type.support`). */
  readonly generalizedSumTypes: boolean
  /** A null stays null where the schema has a default and allows null (`ignore.default.for.nullables`). */
  readonly ignoreDefaultForNullables: boolean
  readonly connectMetaData: boolean
  readonly scrubInvalidNames: boolean
  readonly discardTypeDocDefault: boolean
  readonly allowOptionalMapKeys: boolean
  /** A union of one type is that type (`flatten.singleton.union`). */
  readonly flattenSingletonUnion: boolean
}
