import type { Agent, Detection, Head, Origin, Reading } from './detection.ts'
import { contentId } from './id.ts'
import { mitreOf } from './mitre.ts'
import { believable } from './time.ts'

/** What a reader found in one alert. `identity`: all of the content that the other parts do not have, so that ids are a function of the whole.
 *  `techniques`: texts that name ATT&CK ids besides the tags. */
type Finding = {
  readonly agent: Agent
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

/** The reading of an alert that was found good. The detection itself is made when somebody asks for it: who only wants to know whether it is
 *  one, as the forwarder does of every alert, pays for no more. */
export function found(head: Head, origin: Origin, finding: () => Finding): Reading {
  let made: Detection | undefined
  return {
    kind: 'detection',
    ...head,
    get detection() {
      made ??= detectionOf(head, finding(), origin)
      return made
    },
  }
}

/** The detection of a finding: its id, a believable time, and only what is there. */
function detectionOf({ rule, severity, priority }: Head, finding: Finding, { cluster, receivedMs }: Origin): Detection {
  const { agent, source, timeNs, node, pod, container, exe, cmdline, file, connection, user, tags } = finding
  const process = { ...(exe ? { exe } : {}), ...(cmdline ? { cmdline } : {}) }
  return {
    id: contentId(agent, cluster, node ?? '', rule, source, timeNs, ...finding.identity),
    agent,
    rule,
    severity,
    priority,
    source,
    ...believable(timeNs, receivedMs),
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
}
