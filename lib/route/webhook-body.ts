import * as z from 'zod'

/** What may stand in braces in the texts of a body: the names of an incident event (lib/webhook/incident-event.ts). */
export const PLACEHOLDERS = [
  'incident',
  'incident.id',
  'incident.title',
  'incident.summary',
  'incident.severity.number',
  'incident.severity.name',
  'incident.status',
  'incident.subject.kind',
  'incident.subject.name',
  'incident.place.cluster',
  'incident.place.namespace',
  'incident.place.workload',
  'incident.place.pod',
  'incident.place.container',
  'incident.place.image',
  'incident.place.node',
  'incident.place.user',
  'incident.counts.detections',
  'incident.counts.pods',
  'incident.times.first',
  'incident.times.last',
  'incident.times.opened',
  'incident.times.updated',
  'incident.rules',
  'incident.correlations',
  'incident.mitre',
  'incident.evidence',
  'incident.actions',
  'incident.acknowledged.by',
  'incident.closed.by',
  'incident.closed.why',
  'incident.link',
] as const
export type Placeholder = (typeof PLACEHOLDERS)[number]

/** Parts of a text: what stands there as it is, and what is put in. */
export type TextPart = { readonly text: string } | { readonly placeholder: string }

const PART = /\{\{|\}\}|\{([\w.]+)\}/g

/** `{name}` is a placeholder, `{{` and `}}` are braces; what else stands in braces is text. */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const match of text.matchAll(PART)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index) })
    parts.push(match[1] === undefined ? { text: match[0].charAt(0) } : { placeholder: match[1] })
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  return parts
}

export function isPlaceholder(name: string): name is Placeholder {
  return PLACEHOLDERS.some((one) => one === name)
}

const MOST_VALUES = 500
const MOST_BYTES = 64 * 1024

/** A JSON tree whose texts may have placeholders. */
export const WebhookBody = z
  .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], { error: 'expected a mapping or a list' })
  .superRefine((body, context) => {
    let values = 0
    const look = (value: unknown, path: readonly PropertyKey[]): void => {
      const problem = (message: string): void => context.addIssue({ code: 'custom', message, path: [...path] })
      if (++values > MOST_VALUES || path.length > 20) return
      if (Array.isArray(value)) for (const [index, one] of value.entries()) look(one, [...path, index])
      else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
        for (const [key, one] of Object.entries(value)) look(one, [...path, key])
      else if (typeof value === 'string') for (const name of unknownIn(value)) problem(unknownWords(name))
      else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean' && value !== null)
        problem('expected what JSON can say: text, number, true, false, null, a list or a mapping')
    }
    look(body, [])
    if (values > MOST_VALUES) context.addIssue({ code: 'custom', message: `expected at most ${MOST_VALUES} values` })
    else if (isTooDeep(body, 20)) context.addIssue({ code: 'custom', message: 'expected at most 20 levels' })
    else if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES) context.addIssue({ code: 'custom', message: 'expected at most 64 KiB' })
  })
export type WebhookBody = z.infer<typeof WebhookBody>

function unknownIn(text: string): readonly string[] {
  return textParts(text).flatMap((part) => ('placeholder' in part && !isPlaceholder(part.placeholder) ? [part.placeholder] : []))
}

function unknownWords(name: string): string {
  const last = name.split('.').at(-1) ?? ''
  const near = PLACEHOLDERS.filter((one) => one.split('.').includes(last)).slice(0, 3)
  const hint = near.length > 0 ? `: did you mean ${near.map((one) => `{${one}}`).join(' or ')}?` : ' (a brace itself is written twice: {{)'
  return `there is no {${name.slice(0, 100)}}${hint}`
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1))
}
