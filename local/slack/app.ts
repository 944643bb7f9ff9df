import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type * as z from 'zod'
import { Command, runCommand } from './command.ts'
import { limitedBody, loopbackOnly, ownPageOnly } from './guard.ts'
import { serveLive } from './live.ts'
import { pageFiles } from './page.ts'
import { Press, press } from './press.ts'
import type { SendSettings } from './send.ts'
import type { State } from './state.ts'
import { Closing, closeView } from './view/close.ts'
import { Submission, submit } from './view/submit.ts'
import { type CallSettings, serveCall } from './web-api/call.ts'

/** `baseUrl`: the origin under which the app is reached, e.g. `http://127.0.0.1:2802`, without a slash at its end. */
export type AppSettings = SendSettings & CallSettings

/** The stand-in's routes, to be mounted at `/` beside others: `/` and `/page/*` (page), `/live` (its events), `/press`, `/submit`, `/close` and
 *  `/command` (what a person does on the page), `/api/*` (Web API) and `/actions/*` (response URLs). Needs @hono/node-server's bindings. Takes
 *  no other path, and puts no middleware on any. */
export function slackApp(state: State, settings: AppSettings): Hono<{ Bindings: HttpBindings }> {
  const files = pageFiles()
  const local = loopbackOnly(settings.baseUrl)
  const app = new Hono<{ Bindings: HttpBindings }>()

  app.get('/', local, (context) => files.get('index.html')?.() ?? context.notFound())
  app.get('/page/:name', local, (context) => files.get(context.req.param('name'))?.() ?? context.notFound())
  app.get('/live', local, (context) => serveLive(context, state))

  const acts = <S extends z.ZodType>(path: string, schema: S, act: (request: z.output<S>) => Promise<{ readonly outcome: string }>) =>
    app.post(path, local, ownPageOnly, limitedBody, async (context) => {
      const request = schema.safeParse(fromJson(await context.req.text()))
      if (!request.success) return context.json({ outcome: 'refused', why: 'not what the page sends' }, 400)
      const result = await act(request.data)
      return context.json(result, result.outcome === 'refused' ? 409 : 200)
    })
  acts('/press', Press, (request) => press(request, state, settings))
  acts('/submit', Submission, (request) => submit(request, state, settings))
  acts('/close', Closing, async (request) => ({ outcome: (await closeView(request, state, settings)) ? 'closed' : 'refused' }))
  acts('/command', Command, (request) => runCommand(request, state, settings))

  app.post('/api/:method', local, limitedBody, (context) => serveCall(context, state, settings))

  app.post('/actions/:team/:app/:id', local, limitedBody, async (context) => {
    const problem = state.responseUrls.use(context.req.param('id'), fromJson(await context.req.text()))
    return problem ? context.json({ ok: false, error: problem.error }, problem.status) : context.text('ok')
  })
  return app
}

/** undefined, which no schema here takes, for what is not JSON. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
