import { CodedError, messageOf } from '../../error.ts'
import { redactText } from './redact-text.ts'

const MAX_UNREAD = 60
const MAX_WHY = 300

/** Reads that never fail. `what`: how it is named in `unread`, if it gives nothing. */
export type Reader = {
  readonly attempt: <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>
  readonly note: (what: string, why: string) => void
  readonly unread: () => { readonly what: string; readonly why: string }[]
}

/** Reads that fail, or have not answered when the signal aborts, are written down with the reason; after that, nothing more is asked. */
export function reader(signal: AbortSignal): Reader {
  const unread: { what: string; why: string }[] = []
  let left = 0
  const note = (what: string, why: string): void => {
    // An API server's words may repeat what the object says
    if (unread.length < MAX_UNREAD) unread.push({ what, why: redactText(why, new Map()).text.slice(0, MAX_WHY) })
    else left++
  }
  return {
    attempt: async (what, work) => {
      try {
        return await inTime(work, signal)
      } catch (error) {
        note(what, messageOf(error))
        return undefined
      }
    },
    note,
    unread: () => (left > 0 ? [...unread, { what: `${left} more`, why: 'not listed' }] : [...unread]),
  }
}

/** The work's result; CodedError `unavailable` if the signal aborts first. */
export function inTime<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new CodedError('unavailable', 'no answer in time'))
    if (signal.aborted) return late()
    signal.addEventListener('abort', late, { once: true })
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', late))
  })
}
