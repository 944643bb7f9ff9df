import * as z from 'zod'
import { CodedError, messageOf } from '../error.ts'
import type { ClusterReader, KubernetesObject, ListQuery, ObjectName } from '../port/cluster.ts'
import { short } from './bounds.ts'

const Named = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional(), uid: z.string().optional() }),
})
const isNamed = (object: KubernetesObject): boolean => Named.safeParse(object).success

const MAX_UNREAD = 20
const UNREAD_BYTES = 400

/** Reads that never fail: what could not be read is named in `unread`, and why, and then there is nothing to know. `what`: how it is named there. */
export type Asking = {
  readonly attempt: <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>
  /** Without a time limit of its own: for what is made of other reads, and may be of another shape than expected. */
  readonly guard: <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>
  /** Undefined: it could not be read. */
  readonly look: (what: string, name: ObjectName) => Promise<{ readonly object: KubernetesObject | undefined } | undefined>
  /** Undefined: it could not be read, or is not there. */
  readonly get: (what: string, name: ObjectName) => Promise<KubernetesObject | undefined>
  /** One page: where there are as many as the limit, it says so. */
  readonly list: (what: string, query: ListQuery & { readonly limit: number }) => Promise<readonly KubernetesObject[] | undefined>
  readonly note: (words: string) => void
  readonly unread: () => string[]
}

/** `signal`: when it aborts, what has not answered by then is unread, and nothing more is asked. */
export function asking(cluster: Pick<ClusterReader, 'get' | 'list'>, signal: AbortSignal): Asking {
  const unread = new Set<string>()
  const note = (words: string): void => {
    if (unread.size < MAX_UNREAD) unread.add(short(words, UNREAD_BYTES))
  }
  const late = new Promise<never>((_, reject) => {
    const give = () => reject(new CodedError('unavailable', 'no answer in time'))
    if (signal.aborted) give()
    signal.addEventListener('abort', give, { once: true })
  })
  late.catch(() => undefined) // with nothing under way it is nobody's failure
  const guard = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      note(`${what}: ${messageOf(error)}`)
      return undefined
    }
  }
  const attempt = <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
    guard(what, () => (signal.aborted ? late : Promise.race([late, work()])))
  const look: Asking['look'] = (what, name) =>
    attempt(what, async () => {
      const object = await cluster.get(name)
      if (object && !isNamed(object)) throw new CodedError('invalid_input', 'it is not described as an object is')
      return { object }
    })
  return {
    attempt,
    guard,
    look,
    get: async (what, name) => (await look(what, name))?.object,
    list: async (what, query) => {
      const found = await attempt(what, () => cluster.list(query))
      if (found && found.length >= query.limit) note(`${what}: only the first ${query.limit} were looked at`)
      return found?.slice(0, query.limit).filter(isNamed)
    },
    note,
    unread: () => [...unread].sort(),
  }
}
