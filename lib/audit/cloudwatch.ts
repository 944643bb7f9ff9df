import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { isJson } from '../detection/json.ts'
import { CodedError } from '../error.ts'

const UNPACKED_BYTES_MAX = 64 * 1024 * 1024

/** The other logs of an EKS cluster's log group. */
const OTHER_STREAM = /^(?:kube-apiserver-(?!audit)|authenticator-|kube-controller-manager-|cloud-controller-manager-|kube-scheduler-)/
/** More pieces than a line can have been cut in. */
const PIECES_MAX = 8

/** What CloudWatch Logs hands to a subscribed function. Source: Amazon CloudWatch Logs User Guide, subscription filters with Lambda. */
export const LogsEvent = z.object({ awslogs: z.object({ data: z.string() }) })
const Data = z.object({
  messageType: z.string(),
  logStream: z.string().default(''),
  logEvents: z.array(z.object({ message: z.string() })).default([]),
})

/** The texts of the log lines in a subscription's event: audit events as EKS logs them, one a line. A control message has none, nor has a stream
 *  of another of the cluster's logs. A line that the log's limit has cut in pieces is put together again. Throws `invalid_input`. */
export function logLines(event: unknown): readonly string[] {
  const parsed = LogsEvent.safeParse(event)
  if (!parsed.success) throw new CodedError('invalid_input', 'logs event: awslogs.data: expected base64 of gzip')
  const { messageType, logStream, logEvents } = readData(parsed.data.awslogs.data)
  if (messageType !== 'DATA_MESSAGE' || OTHER_STREAM.test(logStream)) return []
  return joinCut(logEvents.map(({ message }) => message))
}

function readData(data: string): z.infer<typeof Data> {
  try {
    return Data.parse(JSON.parse(gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: UNPACKED_BYTES_MAX }).toString('utf8')))
  } catch (cause) {
    throw new CodedError('invalid_input', 'logs event: awslogs.data: expected base64 of gzip of a message of CloudWatch Logs', { cause })
  }
}

/** A line that does not end as an event goes on in the next ones. A line that is whole is an event of its own: what was open before it is left as
 *  it is, for whoever refuses it. */
function joinCut(lines: readonly string[]): readonly string[] {
  const joined: string[] = []
  let pieces: string[] = []
  const giveUp = (): void => {
    if (pieces.length > 0) joined.push(pieces.join(''))
    pieces = []
  }
  for (const line of lines) {
    if (isWhole(line)) {
      giveUp()
      joined.push(line)
      continue
    }
    if (pieces.length === PIECES_MAX || /^\s*\{"kind"/.test(line)) giveUp()
    pieces.push(line)
    if (pieces.length > 1 && isWhole(pieces.join(''))) giveUp()
  }
  giveUp()
  return joined
}

function isWhole(text: string): boolean {
  return text.trimEnd().endsWith('}') && isJson(text)
}
