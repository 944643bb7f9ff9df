import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { CodedError } from '../error.ts'

/** One item of the table, found by partition key and sort key. `data` is JSON. `expires`: Unix seconds; from then on the item does
 *  not exist for any reader, whether or not anything has removed it. `version` counts the writes, from 1. */
export type Item = {
  readonly pk: string
  readonly sk: string
  readonly version: number
  readonly data: unknown
  readonly expires?: number
}

export type ItemKey = { readonly pk: string; readonly sk: string }

export type NewItem = Omit<Item, 'version'>

/** Both edges are included. */
export type Range = { readonly from?: string; readonly to?: string; readonly limit?: number }

/** A table whose every write is conditional on its one item. Reads see all earlier writes.
 *  Errors: CodedError `throttled`, `unavailable`, `invalid_input` (an item over 400 KB). */
export type Store = {
  readonly get: (pk: string, sk: string) => Promise<Item | undefined>
  /** Many at once, in the order of the keys; no key twice. */
  readonly getMany: (keys: readonly ItemKey[]) => Promise<readonly (Item | undefined)[]>
  /** Writes if the item is absent (or expired), or is still at the version given. False: it was not, and nothing changed. */
  readonly put: (item: NewItem, expected: 'absent' | number) => Promise<boolean>
  /** A partition's items by sort key, ascending by bytes; at most `limit` (1,000 if not given). */
  readonly query: (pk: string, range?: Range) => Promise<readonly Item[]>
  /** Removes the item; one that is absent is not an error. */
  readonly remove: (pk: string, sk: string) => Promise<void>
}

/** The item's data, read by its schema; undefined when absent. Throws `invalid_input` where the stored data has another shape. */
export async function read<T>(store: Store, { pk, sk }: { pk: string; sk: string }, schema: z.ZodType<T>): Promise<T | undefined> {
  const item = await store.get(pk, sk)
  return item && parseData(schema, item)
}

/** Changes one item by compare-and-set: `change` gets the present data (undefined: absent) and returns the new, or undefined to leave
 *  it as it is. `read`: what was read of it just before, together with others. Runs again when another writer came between. Returns what then stands. Throws `conflict` after 20 lost races. */
export async function update<T>(
  store: Store,
  key: { pk: string; sk: string; expires?: number; read?: { readonly item: Item | undefined } },
  schema: z.ZodType<T>,
  change: (present: T | undefined) => T | undefined,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const item = attempt === 0 && key.read ? key.read.item : await store.get(key.pk, key.sk)
    const present = item && parseData(schema, item)
    const next = change(present)
    if (next === undefined) return present
    const expires = key.expires ?? item?.expires
    const written = { pk: key.pk, sk: key.sk, data: next, ...(expires === undefined ? {} : { expires }) }
    if (await store.put(written, item?.version ?? 'absent')) return next
    await sleep(Math.random() * Math.min(200, 5 * 2 ** attempt)) // those that lost to one another do not meet again
  }
  throw new CodedError('conflict', `store: ${key.sk} kept changing under 20 attempts to update it`)
}

export function parseData<T>(schema: z.ZodType<T>, item: Item): T {
  const parsed = schema.safeParse(item.data)
  if (!parsed.success) throw new CodedError('invalid_input', `store: item ${item.pk} ${item.sk} has another shape`, { cause: parsed.error })
  return parsed.data
}
