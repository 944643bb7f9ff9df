import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EvidenceStore } from '../../lib/port/evidence.ts'

/** `read`: the bytes that are kept at a URI. */
export type EvidenceMaker = {
  readonly make: () => Promise<EvidenceStore>
  readonly read: (uri: string) => Promise<Uint8Array>
  readonly stop: () => Promise<void>
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What every EvidenceStore does; each test has an empty one. */
export function evidenceContract(name: string, start: () => Promise<EvidenceMaker>): void {
  describe(`EvidenceStore: ${name}`, () => {
    let maker: EvidenceMaker
    let store: EvidenceStore
    beforeAll(async () => {
      maker = await start()
    })
    afterAll(() => maker?.stop())
    beforeEach(async () => {
      store = await maker.make()
    })

    test('what is kept is at its URI, byte for byte, and its hash is said', async () => {
      const bytes = new Uint8Array(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256))
      const { uri, sha256 } = await store.keep('incident/a1/b2.json.gz', bytes)
      expect(uri).toMatch(/^(s3|file):\/\/.*incident\/a1\/b2\.json\.gz$/)
      expect(sha256).toBe(hashOf(bytes))
      expect(hashOf(await maker.read(uri))).toBe(sha256)
    })

    test('what was kept first stays, and whoever keeps after it hears of that', async () => {
      const first = await store.keep('a/b.json', bytesOf('first'))
      const second = await store.keep('a/b.json', bytesOf('second, and longer'))
      expect(second).toEqual(first)
      expect(first.sha256).toBe(hashOf(bytesOf('first')))
      expect(await maker.read(first.uri)).toEqual(bytesOf('first'))
    })

    test('the same again is the same', async () => {
      const first = await store.keep('a.json', bytesOf('x'))
      expect(await store.keep('a.json', bytesOf('x'))).toEqual(first)
    })

    test('of ten at once for one key one is kept, and all are told which', async () => {
      const kept = await Promise.all(Array.from({ length: 10 }, (_, index) => store.keep('race.json', bytesOf(`writer ${index}`))))
      expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(1)
      expect(hashOf(await maker.read(kept[0]?.uri ?? ''))).toBe(kept[0]?.sha256)
    })

    test('keys beside and below one another do not touch', async () => {
      const keys = ['i/1/a', 'i/1/a.b', 'i/1/ab', 'i/2/a', 'i-1']
      const kept = await Promise.all(keys.map((key) => store.keep(key, bytesOf(key))))
      const found = await Promise.all(kept.map(({ uri }) => maker.read(uri)))
      expect(found.map((bytes) => new TextDecoder().decode(bytes))).toEqual(keys)
    })

    test('nothing at all can be kept', async () => {
      const { uri, sha256 } = await store.keep('empty', new Uint8Array())
      expect(sha256).toBe(hashOf(new Uint8Array()))
      expect(await maker.read(uri)).toHaveLength(0)
    })
  })
}
