/** Whose token it is. `scopes`: what Slack says that it has; undefined where it does not say. */
export type SlackIdentity = {
  readonly workspace: string
  readonly workspaceName: string
  readonly bot: string
  readonly scopes: readonly string[] | undefined
}

/** Asks Slack what an operator's settings are worth, and changes nothing: answers are values, or Slack's word for why not, such as `not_in_channel`.
 *  Errors: CodedError `throttled`, `unavailable`. */
export type SlackProbe = {
  readonly identity: () => Promise<SlackIdentity | string>
  /** Whether the bot can read the channel, which takes its being a member. */
  readonly channel: (id: string) => Promise<'ok' | (string & {})>
  readonly group: (id: string) => Promise<'ok' | (string & {})>
  /** Whether Slack gives an address for a socket; no socket is opened, since that would take presses from an installation that runs. */
  readonly socket: (appToken: string) => Promise<'ok' | (string & {})>
}
