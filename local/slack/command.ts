import * as z from 'zod'
import { type AppAnswer, jsonOf, type SendSettings, sendForm } from './send.ts'
import type { State } from './state.ts'
import { channelOf, findUser, mayRead } from './workspace.ts'

/** A slash command as somebody types it: `command` with its slash, and the rest of the line. */
export const Command = z.object({ user: z.string(), channel: z.string(), command: z.string(), text: z.string().max(8000).default('') })
export type Command = z.infer<typeof Command>

/** What came of it. `problem`: Slack's word for what went wrong with the answer, as the person is told it. */
export type CommandResult = { readonly outcome: 'refused'; readonly why: string } | (AppAnswer & { readonly problem?: string })

/** Sends the command to the app and shows its answer: text or JSON, to the one who asked or to the channel. Never throws for what the app
 *  does. Source: docs.slack.dev/interactivity/implementing-slash-commands. */
export async function runCommand(
  { user: id, channel: channelId, command, text }: Command,
  state: State,
  settings: SendSettings,
): Promise<CommandResult> {
  const { workspace, responseUrls, triggers } = state
  const user = findUser(workspace, id)
  const channel = channelOf(workspace, channelId)
  if (!user || !channel || !mayRead(channel, id)) return { outcome: 'refused', why: 'no such channel' }
  if (!workspace.commands.includes(command)) return { outcome: 'refused', why: 'not a valid command' }
  const asked = { channel: channel.id, ts: '', user: user.id }
  const answer = await sendForm(
    settings.commandsUrl,
    {
      team_id: workspace.id,
      team_domain: workspace.domain,
      channel_id: channel.id,
      channel_name: channel.user === undefined ? channel.name : 'directmessage',
      user_id: user.id,
      user_name: user.name,
      command,
      text: escaped(text.trim()),
      api_app_id: workspace.app,
      is_enterprise_install: 'false',
      response_url: `${settings.baseUrl}/actions/${workspace.id}/${workspace.app}/${responseUrls.open(asked, user.id)}`,
      trigger_id: triggers.issue({ user: user.id, viewId: undefined }),
    },
    settings,
  )
  if (answer.outcome === 'unanswered') return { ...answer, problem: answer.why === 'timed_out' ? 'operation_timeout' : 'dispatch_failed' }
  if (answer.status !== 200) return { ...answer, problem: 'dispatch_failed' }
  const isText = !/^application\/json\b/i.test(answer.contentType)
  const shown = answer.body === '' || responseUrls.respond(asked, isText ? { text: answer.body } : jsonOf(answer)) === undefined
  return shown ? answer : { ...answer, problem: 'invalid_command_response' }
}

/** Slack escapes these three in what it passes on. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
