import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import * as z from 'zod'
import { CodedError } from '../error.ts'
import type { SlackProbe } from '../port/slack-probe.ts'
import { slackClient } from './slack-client.ts'

const Identity = z.looseObject({
  team_id: z.string(),
  team: z.string().default(''),
  user: z.string().default(''),
  response_metadata: z.looseObject({ scopes: z.array(z.string()).optional() }).optional(),
})

/** The SlackProbe on Slack's Web API. `apiUrl`: base of the Web API, for a stand-in; Slack's own if not given. */
export function slackProbe({ token, apiUrl }: { readonly token: string; readonly apiUrl?: string | undefined }): SlackProbe {
  const clientOf = (bearer: string) => slackClient({ token: bearer, apiUrl, timeoutMs: 10_000 })
  const client = clientOf(token)
  return {
    identity: async () => {
      const answer = await client.auth.test().catch(wordOf('auth.test'))
      if (typeof answer === 'string') return answer
      const { team_id: workspace, team: workspaceName, user: bot, response_metadata: metadata } = Identity.parse(answer)
      return { workspace, workspaceName, bot, scopes: metadata?.scopes }
    },
    // conversations.info would need scopes that nothing else does.
    channel: async (channel) => told(await client.conversations.history({ channel, limit: 1 }).catch(wordOf('conversations.history'))),
    group: async (usergroup) => told(await client.usergroups.users.list({ usergroup }).catch(wordOf('usergroups.users.list'))),
    socket: async (appToken) => told(await clientOf(appToken).apps.connections.open({}).catch(wordOf('apps.connections.open'))),
  }
}

function told(answer: object | string): string {
  return typeof answer === 'string' ? answer : 'ok'
}

function wordOf(method: string): (error: unknown) => string {
  return (error) => {
    if (error instanceof WebAPIRateLimitedError)
      throw new CodedError('throttled', `Slack: ${method}: asked to wait ${error.retryAfter} s`, {
        cause: error,
        retryAfterSeconds: error.retryAfter,
      })
    if (error instanceof WebAPIPlatformError && /^\w{1,100}$/.test(error.data.error)) return error.data.error
    throw new CodedError('unavailable', `Slack: ${method}: no answer; can this machine reach slack.com?`, { cause: error })
  }
}
