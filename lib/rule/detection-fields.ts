import type { Field, FieldLookup } from '../condition/field.ts'
import { jsonFields } from '../condition/fields/json.ts'
import type { Detection } from '../detection/detection.ts'
import { identityOf } from '../detection/identity.ts'
import { workloadOf } from '../detection/workload.ts'

const text = (get: (detection: Detection) => string | undefined): Field<Detection> => ({ type: 'string', get })
const list = (get: (detection: Detection) => readonly string[]): Field<Detection> => ({ type: 'string', list: true, get })

/** Our own names for what every agent says; all others are the agent's. */
const OWN: Readonly<Record<string, Field<Detection>>> = {
  'alert.rule': text(({ rule }) => rule),
  'alert.priority': text(({ priority }) => priority),
  'alert.severity': { type: 'int64', get: ({ severity }) => severity },
  'alert.agent': text(({ agent }) => agent),
  'alert.source': text(({ source }) => source),
  'alert.tags': list(({ tags }) => tags),
  'alert.mitre': list(({ mitre }) => mitre),
  'cluster.name': text(({ cluster }) => cluster),
  'node.name': text(({ node }) => node),
  'pod.namespace': text(({ pod }) => pod?.namespace),
  'pod.name': text(({ pod }) => pod?.name),
  'pod.uid': text(({ pod }) => pod?.uid),
  'workload.name': text((detection) => workloadOf(detection)?.name),
  'workload.kind': text((detection) => workloadOf(detection)?.kind),
  'identity.name': text((detection) => identityOf(detection)?.name),
  'identity.namespace': text((detection) => identityOf(detection)?.namespace),
  'identity.pod': text((detection) => identityOf(detection)?.pod),
  // Falco has `host` for a process of the node itself, and rules that say so.
  'container.id': text(({ fields, container }) => (fields['container.id'] === 'host' ? 'host' : container?.id)),
  'container.name': text(({ container }) => container?.name),
  'container.image': text(({ container }) => container?.image),
}

/** Prefixes of ours that no agent's field has: such a name that is not above is a mistake. */
const OURS_ALONE = /^(?:alert|cluster|node|pod|workload|identity|incident)\./

/** Whether it is one of our names, of a detection or of its incident. */
export function isOwnName(name: string): boolean {
  return OURS_ALONE.test(name) || Object.hasOwn(OWN, name)
}

/** Whether it looks like one of our names and is none. */
export function isUnknownOwnName(name: string): boolean {
  return OURS_ALONE.test(name) && !Object.hasOwn(OWN, name)
}

/** The fields of a detection for a condition: our own names, and the agent's. `strict`: an agent's name that Falco does not know is an error;
 *  otherwise it is read by the type of its JSON. */
export function detectionFields({ strict }: { readonly strict: boolean }): {
  field: FieldLookup<Detection>
  fieldNames: () => Iterable<string>
} {
  const agent = jsonFields({ strict })
  return {
    field: (name, argument) => {
      const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined
      if (own) return argument === undefined ? own : { refused: `${name} takes no argument` }
      const field = agent.field(name, argument)
      return !field || 'refused' in field ? field : { ...field, get: ({ fields }) => field.get(fields) }
    },
    fieldNames: () => [...Object.keys(OWN), ...agent.fieldNames()],
  }
}
