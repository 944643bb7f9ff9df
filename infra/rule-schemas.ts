import * as z from 'zod'
import { ACCESS_KINDS, ClusterItem } from '../lib/cluster/cluster.ts'
import { Correlation } from '../lib/correlation/correlation.ts'
import { SilenceItem } from '../lib/incident/silence.ts'
import { StageRule } from '../lib/incident/stage-rule.ts'
import { ACTION_NAMES, actionNamed } from '../lib/response/actions/index.ts'
import { GuardsItem } from '../lib/response/guards.ts'
import { Permission } from '../lib/response/permission.ts'
import { Response } from '../lib/response/response.ts'
import { RouteItem } from '../lib/route/route.ts'
import { RuleTest } from '../lib/rule/falco/test-case.ts'
import { SigmaRule } from '../lib/rule/sigma/sigma-rule.ts'
import { IncidentEvent } from '../lib/webhook/incident-event.ts'
import { falcoItems } from './falco-schema.ts'
import { type Schema, when } from './json-schema.ts'

/** Items of these kinds, by the key that tells them. */
type Items = Readonly<Record<string, Schema>>

// Draft 7 is what editors know best.
const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The JSON Schemas of rule files, for editors, by file name: one a kind, and one for files of any; and that of what webhooks are told. What rule files are
 *  read by says what is right; these say as much of it as a schema can. */
export function ruleSchemas(): Readonly<Record<string, Schema>> {
  const ours: Items = {
    correlation: {
      description: 'A Sigma correlation: which detections, together, are an incident of their own.',
      ...schemaOf(Correlation),
    },
    response: { description: 'Which incidents call for which actions.', ...responseSchema() },
    detection: { description: 'A Sigma rule: which detections it is that correlations name by its name.', ...schemaOf(SigmaRule) },
    stage: { description: 'How far the detections of some rules may lead.', ...schemaOf(StageRule) },
    silence: { description: 'Detections that nobody is told of until a time.', ...schemaOf(SilenceItem) },
    route: { description: 'Who is told of which incidents.', ...schemaOf(RouteItem) },
    permission: { description: 'Who may press what. What no permission allows is refused.', ...schemaOf(Permission) },
    guards: { description: 'What no action may do. Several add up, and the strictest holds.', ...schemaOf(GuardsItem) },
    cluster: { description: 'How a cluster’s API is reached.', ...schemaOf(ClusterItem), ...oneOf(ACCESS_KINDS) },
  }
  const falco = falcoItems(schemaOf(RuleTest))
  return {
    ...Object.fromEntries(
      Object.entries(ours).map(([kind, schema]) => [`${kind}.schema.json`, fileSchema(`Creance: ${kind}`, { [kind]: schema }, {})]),
    ),
    'falco-rules.schema.json': fileSchema('Falco rules', {}, falco),
    'rules.schema.json': fileSchema('A file of rules', ours, falco),
    'incident-event.schema.json': eventSchema(),
  }
}

/** A file: Falco's items in a list, or ours in a list or one alone; not both, since each would not be read by the other's reader. */
function fileSchema(title: string, ours: Items, falco: Items): Schema {
  const names = (items: Items) => Object.keys(items)
  const listOf = (items: Items): Schema => ({ type: 'array', items: oneOfKinds(names(items)) })
  const ofOurs: Schema = when({ type: 'array' }, listOf(ours), oneOfKinds(names(ours)))
  const hasFalco: Schema = { type: 'array', contains: { anyOf: names(falco).map((key) => ({ required: [key] })) } }
  const either: Schema =
    names(ours).length === 0 ? listOf(falco) : names(falco).length === 0 ? ofOurs : when(hasFalco, listOf(falco), ofOurs)
  return { $schema: DRAFT, title, ...either, definitions: { ...ours, ...falco } }
}

/** An item that one of these keys tells; by if and then, so that an editor complains about what is wrong in it and not that it is of no kind. */
function oneOfKinds(kinds: readonly string[]): Schema {
  const [only] = kinds
  if (kinds.length === 1) return { $ref: `#/definitions/${only}` }
  return {
    type: 'object',
    anyOf: kinds.map((kind) => ({ required: [kind] })),
    allOf: kinds.map((kind) => when({ required: [kind] }, { $ref: `#/definitions/${kind}` })),
  }
}

/** What a refinement says and zod leaves out of the schema. */
function oneOf(keys: readonly string[]): Schema {
  return { oneOf: keys.map((key) => ({ required: [key] })) }
}

function responseSchema(): Schema {
  const schema = schemaOf(Response)
  const properties = schema.properties as Readonly<Record<string, Schema>>
  const parameters = Object.fromEntries(ACTION_NAMES.map((name) => [name, parametersOf(name)]))
  const step = { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: false, properties: parameters }
  return { ...schema, properties: { ...properties, actions: { ...properties.actions, items: step } } }
}

/** Without parameters, `delete:` alone is null. */
function parametersOf(name: string): Schema {
  const action = actionNamed(name)
  if (action === undefined) throw new RangeError(name)
  const { description, example } = action
  const optional = action.problemWith({}) === undefined
  const schema = schemaOf(action.parameters)
  return { ...schema, description: `${description} Such as ${example}`, ...(optional ? { type: ['object', 'null'] } : {}) }
}

/** What is told may have more names some day: a reader takes no offence at them. */
function eventSchema(): Schema {
  const { $schema, ...rest } = z.toJSONSchema(IncidentEvent, { io: 'input', target: 'draft-07' })
  return { $schema: DRAFT, title: 'Creance: an incident, as webhooks tell it', ...rest }
}

/** What may be written, with its defaults left out, as JSON Schema without a head of its own. */
function schemaOf(schema: z.ZodType): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-07' })
  return rest
}
