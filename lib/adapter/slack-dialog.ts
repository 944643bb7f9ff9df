import * as z from 'zod'
import { CodedError } from '../error.ts'
import type { Dialog } from '../port/dialog.ts'

/** What a press is answered within is three seconds in all. */
const OPEN_MS = 1500
const REPLACE_MS = 1000
/** Where response URLs lead. Source: Slack, "Handling user interaction", and the page on GovSlack. */
const HOSTS: ReadonlySet<string> = new Set(['hooks.slack.com', 'hooks.slack-gov.com'])
const TRIGGER = /^(?:invalid|expired|exchanged)_trigger(?:_id)?$/
const Opened = z.looseObject({ view: z.looseObject({ id: z.string() }) })

/** The Dialog on Slack's Web API. `apiUrl`: base of the Web API, for a stand-in, whose response URLs have the same origin; Slack's own if not
 *  given. */
export function slackDialog({ token, apiUrl }: { readonly token: string; readonly apiUrl?: string | undefined }): Dialog {
  let loading: ReturnType<typeof loadClient> | undefined
  const client = () => (loading ??= loadClient(token, apiUrl))
  return {
    open: async (triggerId, modal) => {
      const { views, slackWord, translate } = await client()
      const answer = await views.open({ trigger_id: triggerId, view: modal as never }).catch((cause: unknown) => {
        const word = slackWord(cause) ?? ''
        if (!TRIGGER.test(word)) return translate('views.open')(cause)
        throw new CodedError('invalid_input', `Slack: views.open: ${word}: a press opens a dialog once, within 3 s`, { cause })
      })
      return Opened.parse(answer).view.id
    },
    update: async (viewId, modal) => {
      const { views, slackWord, translate } = await client()
      await views.update({ view_id: viewId, view: modal as never }).catch((error: unknown) => {
        if (slackWord(error) !== 'not_found') translate('views.update')(error)
      })
    },
    replace: async (responseUrl, { text, color, blocks }) => {
      checkResponseUrl(responseUrl, apiUrl)
      const body = JSON.stringify({ replace_original: true, attachments: [{ color, fallback: text, blocks }] })
      const response = await fetch(responseUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(REPLACE_MS),
      }).catch((cause: unknown) => {
        throw new CodedError('unavailable', 'Slack: response URL: no answer', { cause })
      })
      await response.body?.cancel()
      if (!response.ok) throw new CodedError('unavailable', `Slack: response URL: answered ${response.status}`)
    },
  }
}

/** Loaded when it is needed: most presses open no dialog. */
async function loadClient(token: string, apiUrl: string | undefined) {
  const [{ slackClient }, words] = await Promise.all([import('./slack-client.ts'), import('./slack-error.ts')])
  const { views } = slackClient({ token, apiUrl, timeoutMs: OPEN_MS })
  return { views, ...words }
}

/** A press says where its answer is to be posted: only Slack itself is taken, over TLS, or the stand-in. Throws `invalid_input`. */
function checkResponseUrl(responseUrl: string, apiUrl: string | undefined): void {
  const url = URL.canParse(responseUrl) ? new URL(responseUrl) : undefined
  const isSlacks = url?.protocol === 'https:' && HOSTS.has(url.host) && url.username === '' && url.password === ''
  const isStandIns = url !== undefined && apiUrl !== undefined && url.origin === new URL(apiUrl).origin
  if (!isSlacks && !isStandIns) throw new CodedError('invalid_input', 'Slack: response URL: expected one at https://hooks.slack.com')
}
