import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import * as z from 'zod'
import type { State } from '../state.ts'
import { type Answer, failed } from './answer.ts'
import type { Arguments } from './method.ts'
import { METHODS } from './methods.ts'

/** What a test may make of a call: `hang` never answers and has no effect; `lose` takes effect, but the connection breaks before the
 *  answer; else this answer instead of the method's, without effect. */
export type Fault = 'hang' | 'lose' | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }

/** Called before each method, with its arguments as they came; undefined lets the call through. */
export type OnCall = (method: string, args: Arguments) => Fault | undefined

export type CallSettings = { readonly token: string; readonly onCall?: OnCall | undefined }

const JsonObject = z.record(z.string(), z.unknown())

/** Serves `POST …/{method}` as Slack does: form or JSON in, JSON out, errors with HTTP 200. */
export async function serveCall(
  context: Context<{ Bindings: HttpBindings }>,
  state: State,
  { token, onCall }: CallSettings,
): Promise<Response> {
  const name = context.req.param('method') ?? ''
  const args = readArguments(context.req.header('content-type') ?? '', await context.req.text())
  if (typeof args === 'string') return context.json(failed(args))
  const fault = onCall?.(name, args)
  if (typeof fault === 'object') return new Response(fault.body ?? '', { status: fault.status, headers: fault.headers ?? {} })
  if (fault === 'hang') {
    await new Promise((resolve) => context.env.outgoing.once('close', resolve))
    return RESPONSE_ALREADY_SENT
  }
  const answer = answerCall({ name, args, given: givenToken(context.req.header('authorization'), args), token }, state)
  if (fault === 'lose') {
    context.env.outgoing.destroy()
    return RESPONSE_ALREADY_SENT
  }
  return context.json(answer)
}

function answerCall(call: { name: string; args: Arguments; given: string | undefined; token: string }, state: State): Answer {
  const method = METHODS.get(call.name)
  if (!method) return { ...failed('unknown_method'), req_method: call.name.slice(0, 100) }
  if (call.given === undefined) return failed('not_authed')
  return call.given === call.token ? method(call.args, state) : failed('invalid_auth')
}

/** The arguments of a body, or Slack's error word. */
function readArguments(contentType: string, body: string): Arguments | string {
  if (contentType === '' && body === '') return {}
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return Object.fromEntries(new URLSearchParams(body))
  if (!/^application\/json\b/i.test(contentType)) return 'invalid_post_type'
  try {
    const parsed = JsonObject.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data : 'json_not_object'
  } catch {
    return 'invalid_json'
  }
}

function givenToken(authorization: string | undefined, args: Arguments): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  return bearer ?? (typeof args.token === 'string' && args.token !== '' ? args.token : undefined)
}
