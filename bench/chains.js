// Six transformation stages with predicates, in Java's names; both workers get the same.
const smt = 'org.apache.kafka.connect.transforms'
export const hoistField = `${smt}.HoistField$Value`

const predicates = {
  predicates: 'tombstone,marked,elsewhere',
  'predicates.tombstone.type': `${smt}.predicates.RecordIsTombstone`,
  'predicates.marked.type': `${smt}.predicates.HasHeaderKey`,
  'predicates.marked.name': 'marked',
  'predicates.elsewhere.type': `${smt}.predicates.TopicNameMatches`,
  'predicates.elsewhere.pattern': 'elsewhere-.*',
}

/** Makes each line a struct and works on its fields. */
export const structChain = {
  ...predicates,
  transforms: 'hoist,insert,rename,mask,route,drop',
  'transforms.hoist.type': hoistField,
  'transforms.hoist.field': 'line',
  'transforms.insert.type': `${smt}.InsertField$Value`,
  'transforms.insert.static.field': 'source',
  'transforms.insert.static.value': 'bench',
  'transforms.rename.type': `${smt}.ReplaceField$Value`,
  'transforms.rename.renames': 'line:text',
  'transforms.mask.type': `${smt}.MaskField$Value`,
  'transforms.mask.fields': 'source',
  'transforms.mask.replacement': '***',
  'transforms.route.type': `${smt}.RegexRouter`,
  'transforms.route.regex': '(.*)',
  'transforms.route.replacement': '$1',
  'transforms.drop.type': `${smt}.Filter`,
  'transforms.drop.predicate': 'tombstone',
}

/** Where there is no HoistField: the lines stay strings. */
export const stringChain = {
  ...predicates,
  transforms: 'insert,route,reroute,drop,sift,keep',
  'transforms.insert.type': `${smt}.InsertField$Key`,
  'transforms.insert.static.field': 'source',
  'transforms.insert.static.value': 'bench',
  'transforms.route.type': `${smt}.RegexRouter`,
  'transforms.route.regex': '(.*)',
  'transforms.route.replacement': '$1',
  'transforms.reroute.type': `${smt}.RegexRouter`,
  'transforms.reroute.regex': '(.*)',
  'transforms.reroute.replacement': 'other-$1',
  'transforms.reroute.predicate': 'elsewhere',
  'transforms.drop.type': `${smt}.Filter`,
  'transforms.drop.predicate': 'tombstone',
  'transforms.sift.type': `${smt}.Filter`,
  'transforms.sift.predicate': 'marked',
  'transforms.keep.type': `${smt}.Filter`,
  'transforms.keep.predicate': 'elsewhere',
}

export const jsonWithSchemas = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'true',
}
