import { CodedError } from '../error.ts'

/** What a verified request to the interactions URL holds: an interaction's JSON, or the fields of a slash command. */
export type Form = { readonly kind: 'interaction'; readonly payload: unknown } | { readonly kind: 'command'; readonly fields: unknown }

const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

/** Reads a body as Slack sends it: form-encoded, an interaction in `payload`. Throws `invalid_input` for anything else. */
export function readForm(rawBody: string, contentType: string | undefined): Form {
  if (contentType !== undefined && !FORM.test(contentType.trim()))
    throw new CodedError('invalid_input', 'interaction: content type: expected application/x-www-form-urlencoded')
  const fields = new URLSearchParams(rawBody)
  const payload = fields.get('payload')
  if (payload !== null) return { kind: 'interaction', payload: parse(payload) }
  if (fields.has('command') || fields.has('ssl_check')) return { kind: 'command', fields: Object.fromEntries(fields) }
  throw new CodedError('invalid_input', 'interaction: expected a form with a payload or a command')
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch (cause) {
    throw new CodedError('invalid_input', 'interaction: payload: expected a form field with JSON', { cause })
  }
}
