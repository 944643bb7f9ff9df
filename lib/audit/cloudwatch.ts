import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { CodedError } from '../error.ts'

const UNPACKED_BYTES_MAX = 64 * 1024 * 1024

/** What CloudWatch Logs hands to a subscribed function. Source: Amazon CloudWatch Logs User Guide, subscription filters with Lambda. */
export const LogsEvent = z.object({ awslogs: z.object({ data: z.string() }) })
const Data = z.object({
  messageType: z.string(),
  logStream: z.string().default(''),
  logEvents: z.array(z.object({ message: z.string() })).default([]),
})

/** The texts of the log lines in a subscription's event: audit events as EKS logs them, one a line. A control message has none. A line that
 *  the log's limit has cut in pieces is put together again. Throws `invalid_input`. */
export function logLines(event: unknown): readonly string[] {
  const parsed = LogsEvent.safeParse(event)
  if (!parsed.success) throw new CodedError('invalid_input', 'logs event: awslogs.data: expected base64 of gzip')
  const { messageType, logEvents } = readData(parsed.data.awslogs.data)
  return messageType === 'DATA_MESSAGE' ? joinCut(logEvents.map(({ message }) => message)) : []
}

function readData(data: string): z.infer<typeof Data> {
  try {
    return Data.parse(JSON.parse(gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: UNPACKED_BYTES_MAX }).toString('utf8')))
  } catch (cause) {
    throw new CodedError('invalid_input', 'logs event: awslogs.data: expected base64 of gzip of a message of CloudWatch Logs', { cause })
  }
}

/** A line that begins as an event and does not end as one goes on in the next. What never ends is left as it is, for whoever refuses it. */
function joinCut(lines: readonly string[]): readonly string[] {
  const joined: string[] = []
  let cut = ''
  for (const line of lines) {
    const beginsAnew = /^\s*\{"kind"/.test(line)
    if (cut !== '' && beginsAnew) {
      joined.push(cut)
      cut = ''
    }
    const text = cut + line
    if (isWhole(text)) {
      joined.push(text)
      cut = ''
    } else cut = text
  }
  return cut === '' ? joined : [...joined, cut]
}

function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
