import * as z from 'zod'
import type { Origin, Reading, Severity } from './detection.ts'
import { found } from './finding.ts'
import { flatten, text } from './flatten.ts'
import { containerAt, podAt } from './place.ts'
import { clip, refuseDepth, refuseShape, refuseValue } from './refuse.ts'
import { Integer, NodeName, RuleName, Tags, Text, textOfAtMost, userOfUid } from './shape.ts'
import { nanoseconds } from './time.ts'

const FINDINGS = ['MatchedPolicy', 'MatchedHostPolicy', 'MatchedNetworkPolicy']
const TELEMETRY = ['ContainerLog', 'HostLog', 'SystemEvent']

const Kind = z.looseObject({ Type: z.string(), Operation: textOfAtMost(64).nullish(), Severity: Text })

/** KubeArmor's alert JSON. Source: kubearmor/protobuf/kubearmor.proto, `Alert`. `Timestamp` is in seconds, `UpdatedTime` is exact. */
const KubeArmorAlert = z.looseObject({
  Type: z.string(),
  PolicyName: RuleName,
  Severity: Text,
  Timestamp: Integer.nullish(),
  UpdatedTime: Text,
  HostName: NodeName,
  NamespaceName: Text,
  PodName: Text,
  ContainerID: Text,
  ContainerName: Text,
  ContainerImage: Text,
  ProcessName: Text,
  Source: Text,
  Operation: Text,
  Resource: Text,
  Action: Text,
  UID: Integer.nullish(),
  UserName: Text,
  Message: Text,
  ATags: Tags,
  Tags: Text,
})
type KubeArmorAlert = z.infer<typeof KubeArmorAlert>

/** Whether a parsed JSON value has the shape of a KubeArmor alert or log: `Type` with `PolicyName` or `Operation`. */
export function looksLikeKubeArmor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'Type' in value && ('PolicyName' in value || 'Operation' in value)
}

/** Reads one KubeArmor alert or log, already parsed by parseJson. Never throws. Logs are telemetry; that alerts are being held back for their
 *  number is KubeArmor's word about itself. */
export function readKubeArmor(alert: unknown, origin: Origin): Reading {
  const tooDeep = refuseDepth('KubeArmor', alert)
  if (tooDeep) return tooDeep
  const kind = Kind.safeParse(alert)
  if (!kind.success) return refuseShape('KubeArmor', kind.error)
  const { Type, Operation } = kind.data
  if (Type === 'SystemEvent' && Operation === 'AlertThreshold')
    return { kind: 'internal', rule: 'KubeArmor AlertThreshold', priority: clip(kind.data.Severity ?? '') }
  if (TELEMETRY.includes(Type)) return { kind: 'telemetry', what: Operation ? `${Type} ${Operation}` : Type }
  if (!FINDINGS.includes(Type)) return refuseValue('KubeArmor', 'Type', `one of ${[...FINDINGS, ...TELEMETRY].join(', ')}`, Type)
  const parsed = KubeArmorAlert.safeParse(alert)
  if (!parsed.success) return refuseShape('KubeArmor', parsed.error)
  const said = parsed.data
  const severity = severityOf(said.Severity ?? '')
  if (severity === undefined) return refuseValue('KubeArmor', 'Severity', '1 to 10', said.Severity ?? '')
  const timeNs = timeOf(said)
  if (timeNs === undefined)
    return refuseValue('KubeArmor', 'UpdatedTime', 'RFC 3339, or seconds in Timestamp', said.UpdatedTime ?? String(said.Timestamp))
  return found({ rule: said.PolicyName, severity, priority: said.Severity ?? '' }, origin, () => ({
    agent: 'kubearmor',
    source: Type,
    timeNs,
    node: said.HostName || origin.node,
    ...placeOf(said),
    ...deedOf(said),
    user: text(said.UserName) ?? userOfUid(said.UID),
    message: said.Message || [said.Action, said.Operation, said.Resource].filter(Boolean).join(' '),
    tags: tagsOf(said),
    fields: flatten(said),
    identity: [alert],
  }))
}

/** KubeArmor's 1 to 10, two to a step of the OCSF scale; 0 where it says none. */
function severityOf(severity: string): Severity | undefined {
  if (severity === '') return 0
  const steps: readonly Severity[] = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
  return /^\d{1,2}$/.test(severity) ? steps[Number(severity) - 1] : undefined
}

function timeOf({ UpdatedTime, Timestamp }: KubeArmorAlert): string | undefined {
  if (UpdatedTime) return nanoseconds(UpdatedTime)
  return /^\d{1,12}$/.test(String(Timestamp)) ? `${Timestamp}000000000` : undefined
}

/** A host policy is about the node, whatever other names stand there. */
function placeOf(said: KubeArmorAlert) {
  if (said.Type === 'MatchedHostPolicy') return { pod: undefined, container: undefined }
  return {
    pod: podAt({ namespace: said.NamespaceName, name: said.PodName }),
    container: containerAt({ id: said.ContainerID, name: said.ContainerName, image: said.ContainerImage }),
  }
}

/** `Source` is the process that acts, `Resource` what it acts on: with operation Process that is the command which it starts. */
function deedOf({ Operation, ProcessName, Source, Resource }: KubeArmorAlert) {
  return {
    exe: text(ProcessName),
    cmdline: text(Operation === 'Process' ? Resource : Source),
    file: Operation === 'File' ? text(Resource) : undefined,
    connection: Operation === 'Network' ? text(Resource) : undefined,
  }
}

/** `ATags`, or the same as one text with commas. */
function tagsOf({ ATags, Tags }: KubeArmorAlert): string[] {
  if (ATags && ATags.length > 0) return ATags
  const tags = (Tags ?? '').split(',', 100).map((tag) => tag.trim().slice(0, 128))
  return tags.filter((tag) => tag !== '')
}
