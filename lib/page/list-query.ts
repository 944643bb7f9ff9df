import * as z from 'zod'
import { SEVERITY_NAMES } from '../detection/detection.ts'
import { Incident } from '../incident/incident.ts'
import type { Listed } from '../incident/index-by-day.ts'

const STATUSES = Incident.shape.status.options
const words = (names: readonly string[]) => `expected one of ${names.join(', ')}`

/** What the list is asked for. `severity`: this or worse. `before`: the last one that was looked at on the page before, `day.firstMs.id`. */
export const ListQuery = z.object({
  status: z.enum(STATUSES, { error: words(STATUSES) }).optional(),
  severity: z.enum(SEVERITY_NAMES, { error: words(SEVERITY_NAMES) }).optional(),
  before: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}\.\d{1,15}\.[\w-]{1,64}$/, 'expected what the link “Older” says')
    .refine((text) => isDay(text.slice(0, 10)), 'expected what the link “Older” says')
    .transform((text): Listed => {
      const [day = '', firstMs = '', id = ''] = text.split('.')
      return { day, firstMs: Number(firstMs), id }
    })
    .optional(),
})
export type ListQuery = z.infer<typeof ListQuery>

/** As an address says it; the other way round. */
export function listQueryText({ status, severity, before }: ListQuery, link?: { readonly name: string; readonly token: string }): string {
  const query = new URLSearchParams()
  if (status) query.set('status', status)
  if (severity) query.set('severity', severity)
  if (before) query.set('before', `${before.day}.${before.firstMs}.${before.id}`)
  if (link) query.set(link.name, link.token)
  return `?${query}`
}

function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text)
}

export type Asked<T> = { readonly kind: 'asked'; readonly value: T } | { readonly kind: 'wrong'; readonly why: string }

/** Reads an address's parameters: each at most once, and those that are not known are no matter. What is wrong is said without repeating it. */
export function readQuery<T>(query: URLSearchParams, schema: z.ZodType<T>, names: readonly string[]): Asked<T> {
  const twice = names.find((name) => query.getAll(name).length > 1)
  if (twice) return { kind: 'wrong', why: `${twice}: expected once` }
  const parsed = schema.safeParse(Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : []))))
  if (parsed.success) return { kind: 'asked', value: parsed.data }
  const [issue] = parsed.error.issues
  return { kind: 'wrong', why: `${issue?.path.join('.')}: ${issue?.message}` }
}
