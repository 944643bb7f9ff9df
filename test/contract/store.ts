import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { Clock } from '../../lib/port/log.ts'
import { type Store, update } from '../../lib/port/store.ts'

export type StoreMaker = { readonly make: (clock: Clock) => Store; readonly stop: () => Promise<void> }

/** What every Store does. Runs against each adapter; each test has a partition of its own. */
export function storeContract(name: string, start: () => Promise<StoreMaker>): void {
  describe(`Store: ${name}`, () => {
    let maker: StoreMaker
    let store: Store
    let nowMs = 0
    let count = 0
    let pk = ''
    beforeAll(async () => {
      maker = await start()
    })
    afterAll(() => maker?.stop())
    beforeEach(() => {
      nowMs = 1_795_495_758_016
      pk = `partition#${++count}`
      store = maker.make(() => nowMs)
    })

    test('an item that was never written is absent', async () => {
      expect(await store.get(pk, 'none')).toBeUndefined()
      expect(await store.query(pk)).toEqual([])
    })

    test('what is written is read as it was, at version 1', async () => {
      const data = { text: 'käse 猫 \u0000 "', number: 1.5, none: null, list: [1, 'a'], '': { __proto: 1 }, timeNs: '1795495758016735354' }
      expect(await store.put({ pk, sk: 'a', data }, 'absent')).toBe(true)
      expect(await store.get(pk, 'a')).toEqual({ pk, sk: 'a', version: 1, data })
    })

    test('many are read at once, in the order asked for, absent and expired ones as absent', async () => {
      const keys = Array.from({ length: 130 }, (_, number) => ({ pk: `${pk}#${number % 3}`, sk: String(number) }))
      for (const [number, key] of keys.entries()) {
        if (number % 2 === 0)
          await store.put({ ...key, data: number, ...(number === 0 ? { expires: Math.floor(nowMs / 1000) + 1 } : {}) }, 'absent')
      }
      nowMs += 2000
      const found = await store.getMany(keys)
      expect(found.map((item) => item?.data)).toEqual(keys.map((_, number) => (number % 2 === 0 && number > 0 ? number : undefined)))
      expect(found[2]).toEqual({ ...keys[2], version: 1, data: 2 })
      expect(await store.getMany([])).toEqual([])
    })

    test('a put that expects the item absent does not overwrite it', async () => {
      await store.put({ pk, sk: 'a', data: 1 }, 'absent')
      expect(await store.put({ pk, sk: 'a', data: 2 }, 'absent')).toBe(false)
      expect((await store.get(pk, 'a'))?.data).toBe(1)
    })

    test('a put at a version succeeds once', async () => {
      await store.put({ pk, sk: 'a', data: 1 }, 'absent')
      expect(await store.put({ pk, sk: 'a', data: 2 }, 1)).toBe(true)
      expect(await store.put({ pk, sk: 'a', data: 3 }, 1)).toBe(false)
      expect(await store.get(pk, 'a')).toMatchObject({ version: 2, data: 2 })
    })

    test('a put at a version of an absent item changes nothing', async () => {
      expect(await store.put({ pk, sk: 'a', data: 1 }, 1)).toBe(false)
      expect(await store.get(pk, 'a')).toBeUndefined()
    })

    test('of thirty writers that race for an absent item one wins', async () => {
      const results = await Promise.all(Array.from({ length: 30 }, (_, data) => store.put({ pk, sk: 'a', data }, 'absent')))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect((await store.get(pk, 'a'))?.data).toBe(results.indexOf(true))
    })

    test('racing updates lose nothing', async () => {
      await Promise.all(Array.from({ length: 8 }, () => update(store, { pk, sk: 'n' }, z.number(), (now = 0) => now + 1)))
      expect((await store.get(pk, 'n'))?.data).toBe(8)
    })

    test('an expired item does not exist: not for get, not for query, not for a put at its version; it may be written anew', async () => {
      const expires = Math.floor(nowMs / 1000) + 10
      await store.put({ pk, sk: 'a', data: 1, expires }, 'absent')
      expect((await store.get(pk, 'a'))?.expires).toBe(expires)
      nowMs += 11_000
      expect(await store.get(pk, 'a')).toBeUndefined()
      expect(await store.query(pk)).toEqual([])
      expect(await store.put({ pk, sk: 'a', data: 2 }, 1)).toBe(false)
      expect(await store.put({ pk, sk: 'a', data: 3 }, 'absent')).toBe(true)
      expect(await store.get(pk, 'a')).toEqual({ pk, sk: 'a', version: 1, data: 3 })
    })

    test('a query gives its partition alone, in byte order, both edges included', async () => {
      for (const sk of ['b', 'a', 'Z', 'é', 'b#2', '😀', '～']) await store.put({ pk, sk, data: sk }, 'absent')
      await store.put({ pk: `${pk}x`, sk: 'b', data: 'other' }, 'absent')
      expect((await store.query(pk)).map(({ sk }) => sk)).toEqual(['Z', 'a', 'b', 'b#2', 'é', '～', '😀'])
      expect((await store.query(pk, { from: 'a', to: 'b#2' })).map(({ sk }) => sk)).toEqual(['a', 'b', 'b#2'])
      expect((await store.query(pk, { limit: 2 })).map(({ sk }) => sk)).toEqual(['Z', 'a'])
    })

    test('a limit counts living items, and large partitions are read over all pages', async () => {
      const expires = Math.floor(nowMs / 1000) + 1
      const big = 'x'.repeat(60_000)
      for (let index = 0; index < 40; index++) {
        const item = { pk, sk: String(index).padStart(3, '0'), data: big }
        await store.put(index < 5 ? { ...item, expires } : item, 'absent')
      }
      nowMs += 2000
      expect((await store.query(pk, { limit: 6 })).map(({ sk }) => sk)).toEqual(['005', '006', '007', '008', '009', '010'])
      expect(await store.query(pk)).toHaveLength(35)
    })

    test('a removed item is absent; removing it again is no error', async () => {
      await store.put({ pk, sk: 'a', data: 1 }, 'absent')
      await store.remove(pk, 'a')
      await store.remove(pk, 'a')
      expect(await store.get(pk, 'a')).toBeUndefined()
    })

    test('an item over 400 KB is refused as invalid input', async () => {
      await expect(store.put({ pk, sk: 'a', data: 'x'.repeat(410 * 1024) }, 'absent')).rejects.toMatchObject({ code: 'invalid_input' })
    })
  })
}
