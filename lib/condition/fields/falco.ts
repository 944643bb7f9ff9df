import * as z from 'zod'
import table from './falco.json' with { type: 'json' }

const Type = z.enum(['int16', 'int32', 'int64', 'uint32', 'uint64', 'double', 'string', 'bool', 'bytes', 'ipaddr', 'ipnet', 'port', 'json'])

/** Fields of one type; `accepts` says what the bracketed argument may be: an index (digits, no leading zero), a key, or either. */
const Group = z.strictObject({
  type: Type,
  list: z.boolean().default(false),
  argument: z.enum(['none', 'allowed', 'required']).default('none'),
  accepts: z.enum(['index', 'key', 'index/key']).optional(),
  names: z.string().transform((names) => names.split(' ')),
})

/** What is known of a Falco field, whatever its argument. */
export type FalcoField = Omit<z.infer<typeof Group>, 'names'>

/** Falco's fields by name, with those of its plugins. Source: `falco --list` of libs 48dfd53 and plugins 0b3cbd8; times are uint64. */
export const FALCO_FIELDS: ReadonlyMap<string, FalcoField> = new Map(
  z
    .array(Group)
    .parse(table)
    .flatMap(({ names, ...field }) => names.map((name) => [name, field] as const)),
)

/** The Falco field of a name; `evt.arg.flags` is `evt.arg` with its argument after a dot, as event arguments may be written. */
export function falcoField(name: string): FalcoField | undefined {
  const exact = FALCO_FIELDS.get(name)
  if (exact !== undefined) return exact
  const prefix = FALCO_FIELDS.get(name.slice(0, name.lastIndexOf('.')))
  const dotted = prefix?.argument === 'required' && prefix.accepts === undefined
  return dotted ? { type: prefix.type, list: prefix.list, argument: 'none' } : undefined
}

/** Why `name` cannot have this argument, or lack one; undefined when it can. */
export function refuseArgument(name: string, argument: string | undefined, { argument: rule, accepts }: FalcoField): string | undefined {
  if (argument === undefined) return rule === 'required' ? `filter ${name} requires an argument but none provided` : undefined
  if (rule === 'none') return `filter ${name} does not allow nor require an argument`
  if (accepts === 'index' && !/^(?:0|[1-9][0-9]*)$/.test(argument)) return `filter ${name} takes an index, not '${argument}'`
  return undefined
}
