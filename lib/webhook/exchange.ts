import { CodedError, type ErrorCode } from '../error.ts'
import type { HttpAnswer, HttpRequest, HttpSender } from '../port/http.ts'
import type { Clock } from '../port/log.ts'
import { reasonIn, verdictOf } from './verdict.ts'

export type ExchangePorts = { readonly send: HttpSender; readonly clock: Clock }

/** The answer to a request that was taken. Throws CodedError `throttled` (with the time to wait where one was named), `unavailable` (it may have been taken), and for
 *  what no other try would change `not_permitted`, `invalid_config`, `invalid_input`. `secrets`: what the answer may repeat and nobody is to read,
 *  besides what was sent to be authorized. */
export async function exchange(request: HttpRequest, secrets: readonly string[], { send, clock }: ExchangePorts): Promise<HttpAnswer> {
  const answer = await send(request)
  const verdict = verdictOf(answer, clock())
  if (verdict.kind === 'taken') return answer
  const said = `webhook: answered ${answer.status}`
  if (verdict.kind === 'later')
    throw new CodedError('throttled', said, verdict.seconds === undefined ? {} : { retryAfterSeconds: verdict.seconds })
  if (verdict.kind === 'unsure') throw new CodedError('unavailable', said)
  const reason = reasonIn(answer, [...secrets, ...sentIn(request)])
  throw new CodedError(codeOf(answer.status), reason === '' ? said : `${said}: ${reason}`)
}

/** Without the scheme: the word alone is no secret. */
function sentIn({ headers }: HttpRequest): readonly string[] {
  const sent = Object.entries(headers).flatMap(([name, value]) => (/authorization|api-?key|token|secret/i.test(name) ? [value] : []))
  return sent.map((value) => value.replace(/^\S+ +(?=\S)/, ''))
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'not_permitted'
  return status < 400 || status === 404 || status === 405 || status === 410 ? 'invalid_config' : 'invalid_input'
}
