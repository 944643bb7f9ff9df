/** Whether trying again may help: `conflict`, `throttled`, `unavailable` may; the others will fail the same way again. */
export type ErrorCode = 'conflict' | 'throttled' | 'unavailable' | 'invalid_config' | 'invalid_input' | 'unauthorized' | 'not_permitted'

const TRANSIENT: ReadonlySet<ErrorCode> = new Set(['conflict', 'throttled', 'unavailable'])

/** The one error class. `retryAfterSeconds` is set where the other side named a time (Slack's Retry-After). */
export class CodedError extends Error {
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CodedError'
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get transient(): boolean {
    return TRANSIENT.has(this.code)
  }
}

/** The error's own words, one line, for a log or a person. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 500)
}
