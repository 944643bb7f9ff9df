import type { Agent, Detection, Origin, Reading, Severity } from './detection.ts'
import { contentId } from './id.ts'
import { mitreOf } from './mitre.ts'
import { believable } from './time.ts'

/** What a reader found in one alert. `identity`: all of the content that the other parts do not have, so that ids are a function of the whole.
 *  `techniques`: texts that name ATT&CK ids besides the tags. */
type Finding = {
  readonly agent: Agent
  readonly rule: string
  readonly severity: Severity
  readonly priority: string
  readonly source: string
  readonly timeNs: string
  readonly node: string | undefined
  readonly pod: Detection['pod']
  readonly container: Detection['container']
  readonly exe: string | undefined
  readonly cmdline: string | undefined
  readonly file: string | undefined
  readonly connection: string | undefined
  readonly user: string | undefined
  readonly message: string
  readonly tags: readonly string[]
  readonly techniques?: readonly string[]
  readonly fields: Detection['fields']
  readonly identity: readonly unknown[]
}

/** The detection of a finding: its id, a believable time, and only what is there. */
export function detectionOf(finding: Finding, { cluster, receivedMs }: Origin): Reading {
  const { agent, rule, severity, priority, source, timeNs, node, pod, container, exe, cmdline, file, connection, user, tags } = finding
  const process = { ...(exe ? { exe } : {}), ...(cmdline ? { cmdline } : {}) }
  const detection: Detection = {
    id: contentId(agent, cluster, node ?? '', rule, source, timeNs, ...finding.identity),
    agent,
    rule,
    severity,
    priority,
    source,
    timeNs: believable(timeNs, receivedMs),
    receivedMs,
    cluster,
    ...(node ? { node } : {}),
    ...(pod ? { pod } : {}),
    ...(container ? { container } : {}),
    ...(exe || cmdline ? { process } : {}),
    ...(file ? { file } : {}),
    ...(connection ? { connection } : {}),
    ...(user ? { user } : {}),
    message: finding.message.slice(0, 4096),
    tags: [...tags],
    mitre: mitreOf([...tags, ...(finding.techniques ?? [])]),
    fields: finding.fields,
  }
  return { kind: 'detection', detection }
}
