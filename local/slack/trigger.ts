import { randomBytes } from 'node:crypto'

const LIFETIME_MS = 3000
const KEPT = 1000

/** What a trigger was given for: to whom a modal may be shown, and the view that they acted in, if any. */
export type Triggered = { readonly user: string; readonly viewId: string | undefined }

/** The `trigger_id`s that were given out: each is good for one modal, for three seconds. */
export type Triggers = {
  readonly issue: (triggered: Triggered) => string
  /** What it was given for, or Slack's word for why it is good no more. */
  readonly exchange: (id: string) => Triggered | { readonly error: string }
}

/** `clock` gives Unix milliseconds. */
export function triggers(clock: () => number): Triggers {
  const issued = new Map<string, Triggered & { readonly issuedMs: number; exchanged: boolean }>()
  return {
    issue(triggered) {
      const issuedMs = Math.floor(clock())
      const id = `${issuedMs}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`
      issued.set(id, { ...triggered, issuedMs, exchanged: false })
      const oldest = issued.keys().next()
      if (issued.size > KEPT && !oldest.done) issued.delete(oldest.value)
      return id
    },
    exchange(id) {
      const found = issued.get(id)
      if (!found) return { error: 'invalid_trigger_id' }
      if (found.exchanged) return { error: 'exchanged_trigger_id' }
      if (clock() >= found.issuedMs + LIFETIME_MS) return { error: 'expired_trigger_id' }
      found.exchanged = true
      return { user: found.user, viewId: found.viewId }
    },
  }
}
