/** What Slack pushed over a socket. `payload`: what the form field `payload` of the interactions URL holds (interactive), or a command's fields
 *  (slash_commands). `answer` acknowledges it, with what Slack is to show or do; it throws CodedError `unavailable` where the connection is gone. */
export type Envelope = {
  readonly id: string
  readonly kind: 'interactive' | 'slash_commands'
  readonly payload: unknown
  readonly answer: (body?: object) => Promise<void>
}

/** One connection that is up. `leaving` resolves, once, with why it will not last: Slack's word for it (`warning`, `refresh_requested`,
 *  `link_disabled`, …: it still works for some seconds), or `dropped`. `close` is done when nothing of it is left, within two seconds. */
export type SocketConnection = {
  readonly isOpen: () => boolean
  readonly leaving: Promise<string>
  readonly close: () => Promise<void>
}

/** What a connection calls back. Neither may throw. `onUnreadable`: something came that is no envelope of these kinds, and was dropped. */
export type SocketListener = {
  readonly onEnvelope: (envelope: Envelope) => void
  readonly onUnreadable: (kind: string) => void
}

/** Slack's Socket Mode, one connection at a time: who holds it decides when to connect again. Resolves when Slack has said hello.
 *  Errors: CodedError `invalid_config` (token, scope, Socket Mode switched off: says what to do), `throttled`, `unavailable`. An aborted signal ends
 *  the attempt, with nothing left open. */
export type SlackSocket = { readonly connect: (listener: SocketListener, signal: AbortSignal) => Promise<SocketConnection> }
