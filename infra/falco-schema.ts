import { PRIORITIES } from '../lib/rule/falco/rule.ts'
import { type Schema, when } from './json-schema.ts'

// The JSON Schema of a file of Falco rules, written by hand after what lib/rule/falco reads. It is for editors: what it lets through may still be
// an error for the loader, which knows fields, macros and lists.

const text = (description: string): Schema => ({ type: 'string', minLength: 1, description })
/** Falco takes every scalar as the text that it is written in. */
const SCALAR: Schema = { type: ['string', 'number', 'boolean'] }
const BOOL: Schema = {
  anyOf: [
    { type: 'boolean' },
    { enum: ['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'] },
  ],
}
const anyCase = (word: string) => word.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`)
const has = (...keys: string[]): Schema => ({ required: keys })

/** `override`: each of its keys must be in the item, and no key that could be overridden may be in the item alone. */
function overriding(operations: Readonly<Record<string, readonly string[]>>): { property: Schema; rules: readonly Schema[] } {
  const keys = Object.keys(operations)
  return {
    property: {
      type: 'object',
      minProperties: 1,
      additionalProperties: false,
      description: 'Changes an earlier item of this name: what is done with each key.',
      properties: Object.fromEntries(Object.entries(operations).map(([key, known]) => [key, { enum: known }])),
    },
    rules: keys.map((key) => when(has(key), { properties: { override: has(key) } }, { properties: { override: { not: has(key) } } })),
  }
}

const item = (description: string, required: readonly string[], properties: Schema, more: Schema = {}): Schema => ({
  type: 'object',
  description,
  required,
  additionalProperties: false,
  properties,
  ...more,
})

const APPEND: Schema = { ...BOOL, description: 'Deprecated: say override instead.' }
const BOTH = ['append', 'replace']
const RULE = overriding({
  ...Object.fromEntries(['condition', 'output', 'desc', 'tags', 'exceptions'].map((key) => [key, BOTH])),
  ...Object.fromEntries(
    ['priority', 'enabled', 'capture', 'capture_duration', 'warn_evttypes', 'skip-if-unknown-filter'].map((key) => [key, ['replace']]),
  ),
})
const LIST = overriding({ items: BOTH })
const MACRO = overriding({ condition: BOTH })
const overridden = (rules: readonly Schema[]): Schema => when(has('override'), { not: has('append'), allOf: rules })

const APPENDS: Schema = { required: ['append'], properties: { append: { enum: [true, 'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'] } } }
const NEEDED = ['condition', 'output', 'desc', 'priority']
/** A definition needs all four; an item with none of them only switches an earlier rule. */
const DEFINES: Schema = when(
  { anyOf: NEEDED.map((key) => has(key)) },
  { required: NEEDED, properties: { exceptions: { items: has('fields') } } },
  has('enabled'),
)

const NAMES: Schema = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } }
const EXCEPTION: Schema = {
  type: 'object',
  description: 'Where the rule does not hold. A row of values for the fields, or of one field a flat list.',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: text('Its name; a later item with this name adds values.'),
    fields: { anyOf: [{ type: 'string', minLength: 1 }, NAMES], description: 'A list of fields, or one.' },
    comps: {
      anyOf: [{ type: 'string', minLength: 1 }, NAMES],
      description: 'An operator for each field; = where it is not said, of one field in.',
    },
    values: { type: 'array', items: { anyOf: [SCALAR, { type: 'array', items: { anyOf: [SCALAR, { type: 'array', items: SCALAR }] } }] } },
  },
  allOf: [
    when(
      { required: ['fields'], properties: { fields: { type: 'array' } } },
      { properties: { comps: { type: 'array' }, values: { items: { type: 'array' } } } },
    ),
    when(
      { required: ['fields'], properties: { fields: { type: 'string' } } },
      { properties: { comps: { type: 'string' }, values: { items: SCALAR } } },
    ),
  ],
}

const VERSION: Schema = {
  type: 'object',
  required: ['name', 'version'],
  properties: {
    name: text('The plugin.'),
    version: { type: ['string', 'number'], description: 'At least this one, of the same major version.' },
  },
}

/** The kinds of items, by the key that tells them; `tests`: the schema of a rule's test case, which is ours. */
export function falcoItems(tests: Schema): Readonly<Record<string, Schema>> {
  return {
    required_engine_version: item('The engine that the rules need.', ['required_engine_version'], {
      required_engine_version: {
        anyOf: [
          { type: 'integer', minimum: 0 },
          { type: 'string', pattern: '^(?:\\d+|\\d+\\.\\d+\\.\\d+.*)$' },
        ],
      },
    }),
    required_plugin_versions: item('The plugins that the rules need.', ['required_plugin_versions'], {
      required_plugin_versions: {
        type: 'array',
        items: { ...VERSION, properties: { ...(VERSION.properties as Schema), alternatives: { type: 'array', items: VERSION } } },
      },
    }),
    list: item(
      'Values under a name, put in wherever that stands in a condition.',
      ['list', 'items'],
      {
        list: { type: 'string', pattern: '^[^()"\'=, \\t\\n\\v\\f\\r]+$', description: 'Its name.' },
        items: { type: 'array', items: SCALAR, description: 'Values, or names of lists.' },
        append: APPEND,
        override: LIST.property,
      },
      overridden(LIST.rules),
    ),
    macro: item(
      'A part of conditions under a name.',
      ['macro', 'condition'],
      {
        macro: { type: 'string', pattern: '^[a-zA-Z][a-zA-Z0-9_]*$', description: 'Its name.' },
        condition: text('A condition in Falco’s language.'),
        append: APPEND,
        override: MACRO.property,
      },
      overridden(MACRO.rules),
    ),
    rule: item(
      'A rule; with override, a change of an earlier one.',
      ['rule'],
      {
        rule: text('Its name, unique.'),
        desc: text('What it finds, and why that matters.'),
        condition: text('Which events it finds, in Falco’s language.'),
        output: text('The alert’s text, with %fields.'),
        priority: {
          anyOf: [{ enum: PRIORITIES }, { type: 'string', pattern: `^(?:${[...PRIORITIES, 'info'].map(anyCase).join('|')})$` }],
        },
        source: { type: 'string', default: 'syscall', description: 'The kind of event it reads: syscall, k8s_audit, or a plugin’s.' },
        tags: { type: 'array', items: SCALAR },
        exceptions: { type: ['array', 'null'], items: EXCEPTION },
        enabled: BOOL,
        capture: BOOL,
        capture_duration: { type: 'integer', minimum: 0, description: 'Milliseconds.' },
        warn_evttypes: BOOL,
        'skip-if-unknown-filter': BOOL,
        append: APPEND,
        override: RULE.property,
        tests: {
          type: 'array',
          items: tests,
          description: 'Creance’s own, which Falco passes over: events, and whether the rule matches them.',
        },
      },
      when(
        has('override'),
        { not: has('append'), allOf: RULE.rules },
        when(APPENDS, { anyOf: [has('condition'), has('exceptions')] }, DEFINES),
      ),
    ),
  }
}
