import type { Field, FieldLookup, FieldType } from '../field.ts'
import { FALCO_FIELDS, falcoField, refuseArgument } from './falco.ts'
import { readList, readScalar } from './read.ts'

/** Values by field name, with the argument as it is written: `{"proc.name": "cat", "proc.aname[2]": "sh"}`. */
export type JsonEvent = Readonly<Record<string, unknown>>

type JsonFieldsOptions = {
  /** Types by name, with or without argument; they come before Falco's own. */
  readonly types?: Readonly<Record<string, { readonly type: FieldType; readonly list?: boolean }>>
  /** Refuse names that are in neither; else they are read by the type of their JSON. */
  readonly strict?: boolean
}

/** The fields of a flat JSON event, such as the `output_fields` of an alert; to be spread into compileCondition's options.
 *  Missing and null are absent; what has another JSON type than its field is read as that type where it can be, else absent. */
export function jsonFields({ types = {}, strict = false }: JsonFieldsOptions = {}): {
  field: FieldLookup<JsonEvent>
  fieldNames: () => Iterable<string>
} {
  const declared = new Map(Object.entries(types))
  return {
    field: (name, argument) => {
      const key = argument === undefined ? name : `${name}[${argument}]`
      const own = declared.get(key) ?? declared.get(name)
      if (own !== undefined) return jsonField(key, own.type, own.list)
      const known = falcoField(name)
      if (known === undefined) return strict ? undefined : jsonField(key, 'json')
      const refused = refuseArgument(name, argument, known)
      return refused === undefined ? jsonField(key, known.type, known.list) : { refused }
    },
    fieldNames: () => [...declared.keys(), ...FALCO_FIELDS.keys()],
  }
}

function jsonField(key: string, type: FieldType, list = false): Field<JsonEvent> {
  if (list) return { type, list, get: (event) => readList(event[key], type) }
  if (type !== 'string')
    return { type, get: (event) => readScalar(event[key], type) ?? (type === 'json' ? readList(event[key], type) : undefined) }
  return {
    type,
    get: (event) => {
      const value = event[key]
      return typeof value === 'string' ? value : readScalar(value, type)
    },
  }
}
