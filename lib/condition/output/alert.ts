import { compareBytes } from '../bytes.ts'
import { writeJson } from './json.ts'
import { clockTime, isoTime } from './time.ts'
import type { OutputValues } from './values.ts'

/** What a rule that fired has to say. `timeNs` is since 1970; `message` and `fields` are what its compiled output gives. */
export type Alert = {
  readonly rule: string
  /** As rules write it: in any case, `info` for Informational. */
  readonly priority: string
  readonly source: string
  readonly tags: readonly string[]
  readonly timeNs: bigint
  readonly hostname: string
  readonly message: string
  readonly fields: OutputValues
}

/** The settings of falco.yaml that shape an alert, with its defaults. */
export type AlertOptions = {
  /** The time as `2016-08-04T16:17:57.882003104+0000`, else as `16:17:57.882003104`; always UTC. */
  readonly timeFormatIso8601?: boolean
  readonly includeMessage?: boolean
  readonly includeOutput?: boolean
  readonly includeOutputFields?: boolean
  readonly includeTags?: boolean
}

/** An alert as its line of text, escaped as in JSON so that it stays one line, and as JSON text with sorted keys. The event's time is
 *  an integer above 2^53 there, exact: read it as text. Never throws. Source: Falco's outputs (engine 0.63). */
export function formatAlert(alert: Alert, options: AlertOptions = {}): { readonly text: string; readonly json: string } {
  const { rule, source, hostname, timeNs, message, fields } = alert
  const { timeFormatIso8601, includeMessage = false, includeOutput = true, includeOutputFields = true, includeTags = true } = options
  const priority = properPriority(alert.priority)
  const time = timeFormatIso8601 ? `${isoTime(timeNs)}+0000` : clockTime(timeNs)
  const output = `${time}: ${priority} ${message}`
  const json = writeJson({
    hostname,
    message: includeMessage ? message : undefined,
    output: includeOutput ? output : undefined,
    output_fields: includeOutputFields ? { ...fields, [timeFormatIso8601 ? 'evt.time.iso8601' : 'evt.time']: timeNs } : undefined,
    priority,
    rule,
    source,
    tags: includeTags ? [...new Set(alert.tags)].sort(compareBytes) : undefined,
    time: `${isoTime(timeNs)}Z`,
  })
  return { text: writeJson(output).slice(1, -1), json }
}

function properPriority(priority: string): string {
  const lower = priority.toLowerCase()
  return lower === 'info' ? 'Informational' : lower.charAt(0).toUpperCase() + lower.slice(1)
}
