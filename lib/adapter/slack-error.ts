import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { CodedError, type ErrorCode } from '../error.ts'

type Meaning = { readonly code: ErrorCode; readonly hint: string }
const token = (hint: string): Meaning => ({ code: 'unauthorized', hint })
const app = (hint: string): Meaning => ({ code: 'not_permitted', hint })
const place = (hint: string): Meaning => ({ code: 'invalid_config', hint })

/** What an operator can do about Slack's error words. Source: the error lists of the methods that are used, docs.slack.dev. */
export const HINTS: Readonly<Record<string, Meaning>> = {
  invalid_auth: token('is the bot token right?'),
  not_authed: token('is the bot token set?'),
  account_inactive: token('the app was removed from the workspace; install it again'),
  token_revoked: token('the bot token was revoked; install the app again'),
  token_expired: token('the bot token has expired; set a new one'),
  not_allowed_token_type: token('a bot token (xoxb-…) is needed'),
  org_login_required: token('the workspace is being moved; set the new token afterwards'),
  team_access_not_granted: token('the app is not approved for this workspace'),
  access_denied: token('the app is not approved for this workspace'),
  ekm_access_denied: token('the administrators of the workspace have suspended the use of it'),
  missing_scope: app(
    'the app lacks a scope: chat:write, channels:history, groups:history, im:write, im:history, and for user groups usergroups:read',
  ),
  no_permission: app('the app lacks a scope, or may not do this in the workspace'),
  plan_upgrade_required: app('the plan of the workspace has no user groups: name users in the permissions instead'),
  paid_teams_only: app('the plan of the workspace has no user groups: name users in the permissions instead'),
  method_deprecated: app('this version of Creance is too old for Slack'),
  channel_not_found: place('is the channel id in the route right, and is the app a member of the channel?'),
  not_in_channel: place('invite the app to the channel: /invite @creance'),
  is_archived: place('the channel in the route is archived: name another, or unarchive it'),
  restricted_action: place('the workspace lets only some post in this channel: allow the app, or name another channel'),
  restricted_action_read_only_channel: place('this channel is read-only: allow the app, or name another channel'),
  restricted_action_thread_only_channel: place('this channel takes replies only: name another channel'),
  team_not_found: place('the channel in the route is in another workspace'),
  user_not_found: place('is the user id in the route right?'),
  user_disabled: place('the account of the user in the route is deactivated'),
  users_not_found: place('is the user id in the route right?'),
  cannot_dm_bot: place('the user in the route is an app: name a person'),
  messages_tab_disabled: place('turn on the Messages tab of the app (App Home), so that it can write to people'),
  no_such_subteam: place('is the user group id in the permission right?'),
  subteam_not_found: place('is the user group id in the permission right?'),
}

/** What the message says is not taken, however often it is sent. */
const CONTENT = new Set([
  'msg_too_long',
  'msg_blocks_too_long',
  'no_text',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'too_many_attachments',
  'invalid_metadata_format',
  'invalid_metadata_schema',
  'metadata_too_large',
  'metadata_must_be_sent_from_app',
  'invalid_arguments',
  'invalid_array_arg',
  'attachment_payload_limit_exceeded',
])
const PASSING =
  /^(internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org|accesslimited|update_failed|message_limit_exceeded|duplicate_message_not_found)$/
const THROTTLED = /^(ratelimited|rate_limited|too_many_requests)$/

/** Where Slack names no time, or none that can be meant. */
const WAIT_SECONDS = 30
const LONGEST_WAIT_SECONDS = 900

/** Slack's own word for what went wrong, where it answered. The client takes any text for one: the page of a proxy is none. */
export function slackWord(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError && /^[a-z][a-z0-9_]{1,80}$/.test(error.data.error) ? error.data.error : undefined
}

/** Whether a history, a thread or a message that was asked for is not there. */
export const isAbsent = (word: string | undefined): boolean => word === 'message_not_found' || word === 'thread_not_found'
/** What Slack says of its own messages that it lets nobody change. */
export const isLocked = (word: string | undefined): boolean =>
  word === 'cant_update_message' || word === 'edit_window_closed' || word === 'is_inactive'
/** Of a reply: the message that it is for is not there, or takes none. That the channel takes none says nothing of its other messages. */
const isNoParent = (word: string): boolean =>
  word === 'thread_not_found' || word === 'cannot_reply_to_message' || word === 'restricted_action_non_threadable_channel'

/** Throws what the client threw as a CodedError. A word that is not known is for an operator, and is tried again: what Slack thinks of next
 *  year must not lose a message. */
export function translate(method: string): (error: unknown) => never {
  return (cause) => {
    const word = slackWord(cause)
    const fail = (code: ErrorCode, why: string, retryAfterSeconds?: number): never => {
      const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
      throw new CodedError(code, `Slack: ${method}: ${why}`, { cause, ...wait })
    }
    if (cause instanceof WebAPIRateLimitedError || THROTTLED.test(word ?? '') || /^Retry header did not contain/.test(textOf(cause))) {
      const named = cause instanceof WebAPIRateLimitedError ? cause.retryAfter : WAIT_SECONDS
      const wait = Math.min(LONGEST_WAIT_SECONDS, Math.max(1, named))
      return fail('throttled', `asked to wait ${wait} s`, wait)
    }
    if (cause instanceof WebAPIHTTPError && cause.statusCode === 413) return fail('invalid_input', 'request_too_large')
    if (word === undefined || PASSING.test(word)) return fail('unavailable', `no answer${word ? ` (${word})` : ''}`)
    if (isNoParent(word)) return fail('conflict', word)
    if (CONTENT.has(word)) return fail('invalid_input', word)
    const { code, hint } = HINTS[word] ?? place(`see what Slack says of this error of ${method}`)
    return fail(code, `${word.slice(0, 100)}: ${hint}`)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
