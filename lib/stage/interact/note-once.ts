import { journal } from '../../incident/journal.ts'
import type { Clock, Log } from '../../port/log.ts'
import type { Store } from '../../port/store.ts'

/** What is noted of input that is no press. `id`: the same for what is noted once a minute. */
type Note = { readonly id: string; readonly kind: 'press' | 'refused_input'; readonly what: string; readonly why: string }
type NotePorts = { readonly store: Store; readonly clock: Clock; readonly log: Log }

/** What this process has written, and in which minute, by table: anybody on the network can make it write. */
const noted = new WeakMap<Store, Map<string, number>>()

/** Writes a line into the journal and into the log, at most one a minute of each kind; the same of another process is the same line. */
export async function noteOnce({ id, kind, what, why }: Note, { store, clock, log }: NotePorts): Promise<void> {
  const minute = Math.floor(clock() / 60_000)
  const known = noted.get(store) ?? new Map<string, number>()
  if (known.get(id) === minute) return
  noted.set(store, known.set(id, minute))
  log.warn('interaction refused', { why })
  try {
    await journal(store, { id: `${id}-${minute}`, at: clock(), kind, what, outcome: 'refused', why })
  } catch (error) {
    known.delete(id) // it is not written: the next one tries again
    throw error
  }
}

/** Something that Slack sent, and which is none of what it sends. `why`: which field, and what was expected. */
export function noteUnreadable(why: string, ports: NotePorts): Promise<void> {
  const note = { id: 'refused-interaction', kind: 'refused_input', what: 'a signed request to the interactions URL' } as const
  return noteOnce({ ...note, why: why.slice(0, 500) }, ports)
}
