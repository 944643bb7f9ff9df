/** A log line: a constant message, and what varies in fields. Never a payload, a token, or an attacker's free text unbounded. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>> & {
  readonly time?: never
  readonly level?: never
  readonly message?: never
}
export type Log = {
  readonly info: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
}

/** Unix milliseconds. */
export type Clock = () => number
