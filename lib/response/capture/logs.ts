import { setImmediate as othersTurn } from 'node:timers/promises'
import { CodedError } from '../../error.ts'
import { inParallel } from '../../parallel.ts'
import type { ClusterReader, LogQuery } from '../../port/cluster.ts'
import type { LoggedContainer } from './containers.ts'
import type { ContainerLog } from './document.ts'
import type { Reader } from './reader.ts'
import { type Counts, redactText } from './redact-text.ts'
import { endOf, jsonBytes } from './size.ts'

export const LOG_LINES = 2000
export const LOG_BYTES = 256 * 1024
const ALL_LOGS_BYTES = 4 * 1024 * 1024
/** What was read in time is looked through for secrets, however late that was by then; but no more than this, some 0.3 s of work at worst. */
const LATE_CHARACTERS = 512 * 1024
const MAX_CONTAINERS = 20
const AT_A_TIME = 6
const MORE_TRIES = 2

type Logged = { readonly logs: readonly ContainerLog[]; readonly cut: readonly string[] }
type Asked = {
  readonly reader: Reader
  readonly cluster: Pick<ClusterReader, 'logs'>
  readonly lines: number
  readonly counts: Counts
  readonly signal: AbortSignal
}

/** The ends of the logs of the pod's containers, without secrets: first those of the instances that are there now. */
export async function readLogs(
  pod: { readonly namespace: string; readonly name: string },
  containers: readonly LoggedContainer[],
  { reader, cluster, lines, counts, signal }: Asked,
): Promise<Logged> {
  const wanted = containers.slice(0, MAX_CONTAINERS)
  const cut = containers.length > MAX_CONTAINERS ? [`logs: of the first ${MAX_CONTAINERS} of ${containers.length} containers`] : []
  const jobs = [...wanted.map((one) => ({ ...one, previous: false })), ...wanted.map((one) => ({ ...one, previous: true }))]
  const found = await inParallel(jobs, AT_A_TIME, async ({ name: container, kind, previous, restarted }) => {
    if (previous && !restarted) return undefined
    const query = { namespace: pod.namespace, pod: pod.name, container, tailLines: lines, limitBytes: LOG_BYTES }
    const read = await reader.attempt(whichLog({ container, previous }), () =>
      readEnd({ ...query, ...(previous ? { previous } : {}) }, cluster),
    )
    return read && { container, kind, previous, ...read }
  })
  const logs: ContainerLog[] = []
  let left = ALL_LOGS_BYTES
  let late = LATE_CHARACTERS
  let noRoom = false
  for (const { text: raw, ...log } of found.filter((one) => one !== undefined)) {
    if (noRoom) {
      cut.push(tooMuch(log.container))
      continue
    }
    await othersTurn() // a text full of secrets takes its time, in which nothing else goes on, and no deadline is noticed
    if (signal.aborted) late -= raw.length
    if (late < 0) {
      reader.note(whichLog(log), 'no time was left to look for secrets in it')
      continue
    }
    const { text, isCut } = endOf(redactText(raw, counts).text, left)
    left -= jsonBytes(text)
    noRoom = isCut
    if (isCut) cut.push(tooMuch(log.container))
    logs.push({ ...log, text, ...(isCut ? { incomplete: 'start' as const } : {}) })
  }
  return { logs, cut }
}

function whichLog({ container, previous }: Pick<ContainerLog, 'container' | 'previous'>): string {
  return `log of ${container}${previous ? ' before its restart' : ''}`
}

function tooMuch(container: string): string {
  return `log of ${container}: all logs together have at most ${ALL_LOGS_BYTES / 1024 / 1024} MiB`
}

/** `limitBytes` cuts the end off, which is the youngest and matters most: where it did, the same with fewer lines. */
async function readEnd(
  query: LogQuery,
  cluster: Pick<ClusterReader, 'logs'>,
): Promise<Pick<ContainerLog, 'text' | 'incomplete'> | undefined> {
  let text = await cluster.logs(query)
  if (text === undefined && query.previous) return undefined
  if (text === undefined) throw new CodedError('invalid_input', 'there is no such log')
  let fewer = false
  for (let more = 0; more < MORE_TRIES && isFull(text); more++) {
    const lines = text.split('\n').length - 1
    if (lines < 2) break
    const shorter = await cluster.logs({ ...query, tailLines: Math.max(1, Math.floor(lines * (more === 0 ? 0.8 : 0.3))) })
    if (shorter === undefined) break
    text = shorter
    fewer = true
  }
  const bounded = text.slice(0, LOG_BYTES)
  // A line that is there in part may have half a secret in it, which looks like none
  if (isFull(text)) return { text: bounded.slice(0, bounded.lastIndexOf('\n') + 1) || bounded, incomplete: 'end' }
  return { text: bounded, ...(fewer ? { incomplete: 'start' } : {}) }
}

function isFull(text: string): boolean {
  return Buffer.byteLength(text) >= LOG_BYTES - 3 // the last character may have been cut in two
}
