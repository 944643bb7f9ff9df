import type { Correlation } from '../correlation/correlation.ts'
import { groupOf } from '../correlation/group.ts'
import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import type { Subject } from './incident.ts'

/** What the detection is about: its pod, else its container, else its node, else (of the audit log) who asked. */
export function subjectOf({ cluster, pod, container, node, user, agent }: Detection): Subject {
  const where = { cluster, ...(node ? { node } : {}) }
  if (pod) {
    const name = { namespace: pod.namespace, pod: pod.name, ...(container ? { container: container.id } : {}) }
    return { kind: 'pod', key: `pod/${cluster}/${pod.namespace}/${pod.name}`, ...where, ...name }
  }
  if (container) return { kind: 'container', key: `container/${cluster}/${node ?? ''}/${container.id}`, ...where, container: container.id }
  if (agent === 'k8s_audit') return { kind: 'user', key: `user/${cluster}/${user ?? ''}`, ...where, user: user ?? 'nobody' }
  return { kind: 'node', key: `node/${cluster}/${node ?? ''}`, ...where }
}

/** Why: the first correlation that the detection's rule is a part of (and whose group it has), else the rule itself. The parts of one
 *  story so fall into one incident from the first part on, before it is known whether the story comes true. */
export function causeOf(detection: Detection, correlations: readonly Correlation[]): string {
  const partOf = correlations.find(
    ({ correlation }) => correlation.rules.includes(detection.rule) && groupOf(detection, correlation['group-by']) !== undefined,
  )
  return partOf ? `correlation/${partOf.title}` : `rule/${detection.rule}`
}

/** `generation` counts the incidents that this subject and cause have had: after one is closed, the next detection opens a new one. */
export function incidentId(subject: Subject, cause: string, generation: number): string {
  return contentId('incident', subject.key, cause, generation).slice(0, 32)
}
