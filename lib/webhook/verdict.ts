import type { HttpAnswer } from '../port/http.ts'
import { jsonOf } from './template.ts'
import { oneLine } from './text.ts'
import { withoutSecrets } from './without-secrets.ts'

/** What an answer means: taken; not now (a time to wait in seconds, where one was named); perhaps taken, to be tried again; or no use in trying again. */
export type Verdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'later'; readonly seconds: number | undefined }
  | { readonly kind: 'unsure' }
  | { readonly kind: 'refused' }

const MOST_SECONDS = 43_200

/** By the status, and the header Retry-After. Source: RFC 9110, 15 and 10.2.3; RFC 6585 (429). */
export function verdictOf({ status, headers }: HttpAnswer, nowMs: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const seconds = retryAfter(headers['retry-after'], nowMs)
  if (status === 429 || (status === 503 && seconds !== undefined)) return { kind: 'later', seconds }
  return status >= 500 || status === 408 || status === 425 ? { kind: 'unsure' } : { kind: 'refused' }
}

/** Seconds, or a date; 1 s to 12 h. */
function retryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header) : Math.ceil((Date.parse(header) - nowMs) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 1), MOST_SECONDS)
}

/** What a refusal says of itself, on one line, without what it repeats of the secrets; '' where it says nothing that is known. */
export function reasonIn(answer: HttpAnswer, secrets: readonly string[]): string {
  const told = textsIn(jsonOf(answer)).slice(0, 5).join('; ')
  return oneLine(withoutSecrets(told, secrets), 200)
}

const TELLING = ['message', 'error', 'detail', 'errorMessages', 'errors', 'title']

/** As Jira (`errorMessages`, `errors`), PagerDuty (`errors`), Opsgenie (`message`), Alertmanager (a text) and RFC 9457 (`title`, `detail`) say it. */
function textsIn(value: unknown, levels = 2): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.slice(0, 5).flatMap((one) => (typeof one === 'string' ? [one] : []))
  if (typeof value !== 'object' || value === null || levels === 0) return []
  const telling = levels === 2 ? Object.entries(value).filter(([name]) => TELLING.includes(name)) : Object.entries(value).slice(0, 5)
  return telling.flatMap(([, one]) => textsIn(one, levels - 1))
}
