import { setImmediate as tick } from 'node:timers/promises'
import type { Item, Store } from '../../lib/port/store.ts'

/** `writeUnits`: DynamoDB's, of 1 KB of the whole item begun; `readUnits`: of 4 KB, strongly consistent. */
export type Count = { operations: number; bytes: number; readUnits: number; writeUnits: number }
/** Keyed by `operation item-kind`, such as `put incident`. */
export type Counts = Map<string, Count>

/** A store that counts what is asked of another. Every operation takes one tick, so that a tick with operations is a round trip that nothing could
 *  be asked beside: a wave. */
export function countingStore(store: Store): { readonly store: Store; readonly counts: Counts; readonly waves: () => number } {
  const counts: Counts = new Map()
  let waves = 0
  let going = false
  const wait = async (): Promise<void> => {
    if (!going) {
      going = true
      waves += 1
      setImmediate(() => {
        going = false
      })
    }
    await tick()
  }
  const count = (
    operation: string,
    pk: string,
    sk: string,
    { read = 0, written = 0, units }: { read?: number; written?: number; units?: number },
  ): void => {
    const key = `${operation} ${kindOf(pk, sk)}`
    const sum = counts.get(key) ?? { operations: 0, bytes: 0, readUnits: 0, writeUnits: 0 }
    sum.operations += 1
    sum.bytes += read + written
    if (units !== undefined) sum.readUnits += units
    else if (operation === 'get' || operation === 'query') sum.readUnits += Math.max(1, Math.ceil(read / 4096))
    else sum.writeUnits += Math.max(1, Math.ceil(written / 1024))
    counts.set(key, sum)
  }
  return {
    counts,
    waves: () => waves,
    store: {
      get: async (pk, sk) => {
        await wait()
        const item = await store.get(pk, sk)
        count('get', pk, sk, { read: item ? itemBytes(item) : 0 })
        return item
      },
      getMany: async (keys) => {
        await wait()
        const items = await store.getMany(keys)
        for (let at = 0; at < keys.length; at += 100) {
          const { pk = '', sk = '' } = keys[at] ?? {}
          const some = items.slice(at, at + 100).map((item) => (item ? itemBytes(item) : 0))
          const units = some.reduce((sum, bytes) => sum + Math.max(1, Math.ceil(bytes / 4096)), 0)
          count('get many', pk, sk, { read: some.reduce((sum, bytes) => sum + bytes, 0), units })
        }
        return items
      },
      put: async (item, expected) => {
        await wait()
        const isDone = await store.put(item, expected)
        // One that fails is billed as well: by the larger of what is there and what was to be.
        count(isDone ? 'put' : 'put in vain', item.pk, item.sk, { written: itemBytes({ ...item, version: 1 }) })
        return isDone
      },
      query: async (pk, range) => {
        await wait()
        const items = await store.query(pk, range)
        count('query', pk, '', { read: items.reduce((sum, item) => sum + itemBytes(item), 0) })
        return items
      },
      remove: async (pk, sk) => {
        await wait()
        await store.remove(pk, sk)
        count('remove', pk, sk, {}) // of an item of some hundred bytes: nothing larger is removed
      },
    },
  }
}

/** What the item is: a partition has its kind before `#`; an incident's has several kinds of items. */
function kindOf(pk: string, sk: string): string {
  const [kind = ''] = pk.split('#')
  if (kind === 'due') return pk
  return kind === 'incident' && sk !== 'incident' ? `incident ${sk.split('#')[0]}` : kind
}

/** Names, keys, the version as a number of a few digits, and the data as JSON text. Source: DynamoDB developer guide, item sizes. */
function itemBytes({ pk, sk, data, expires }: Item): number {
  const names = 'pksk versiondata'.length + (expires === undefined ? 0 : 'expires'.length + 6)
  return names + Buffer.byteLength(pk) + Buffer.byteLength(sk) + 3 + Buffer.byteLength(JSON.stringify(data))
}
