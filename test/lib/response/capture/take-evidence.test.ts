import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { CodedError } from '../../../../lib/error.ts'
import { packEvidence } from '../../../../lib/response/capture/pack.ts'
import { evidenceKey, takeEvidence } from '../../../../lib/response/capture/take-evidence.ts'
import { memoryEvidence } from '../../../support/memory-evidence.ts'
import { fakeCluster, POD, SUBJECT } from './fake-cluster.ts'

const PROVEN = { ...SUBJECT, labels: {}, object: POD }
const taking = (store: ReturnType<typeof memoryEvidence>, instead: Parameters<typeof fakeCluster>[0] = {}, nowMs = 0) => {
  return { cluster: fakeCluster(instead), evidence: store, clock: () => nowMs, actionId: 'ab12', incident: 'cd34' }
}

test('evidence is kept under incident and action, and its hash is that of its bytes', async () => {
  const store = memoryEvidence()
  const kept = await takeEvidence(PROVEN, taking(store))
  const bytes = store.kept.get('incident/cd34/ab12.json.gz') ?? expect.fail('nothing is kept')
  expect(kept).toEqual({ uri: 'memory://incident/cd34/ab12.json.gz', sha256: createHash('sha256').update(bytes).digest('hex'), unread: [] })
  expect(JSON.parse(gunzipSync(bytes).toString())).toMatchObject({ schema: 'creance.evidence/1', subject: SUBJECT })
})

test('taken again after a crash, what was kept first stays', async () => {
  const store = memoryEvidence()
  const first = await takeEvidence(PROVEN, taking(store))
  const later = { get: async () => undefined, list: async () => [] }
  expect(await takeEvidence(PROVEN, taking(store, later, 60_000))).toEqual(first)
})

test('what could not be read is named', async () => {
  const list = async () => {
    throw new CodedError('not_permitted', 'no right to it, password=hunter2')
  }
  const { unread } = await takeEvidence(PROVEN, taking(memoryEvidence(), { list }))
  const why = 'no right to it, password=«redacted: assigned value»'
  expect(unread).toEqual([`events: ${why}`, `networkPolicies: ${why}`])
})

test('where nothing can be kept, it throws', async () => {
  const keep = async () => {
    throw new CodedError('unavailable', 'S3: down')
  }
  await expect(takeEvidence(PROVEN, { ...taking(memoryEvidence()), evidence: { keep } })).rejects.toMatchObject({ code: 'unavailable' })
})

test('equal documents give equal bytes, whatever the order of their keys, with no time or system in them', () => {
  const document = {
    schema: 'creance.evidence/1',
    taken: '2026-01-02T03:04:05.000Z',
    incident: 'i',
    action: 'a',
    subject: SUBJECT,
    podIs: 'current',
    pod: { a: 1, b: { c: 2, d: 3 } },
    owners: [],
    events: [],
    networkPolicies: [],
    logs: [],
    unread: [],
    cut: [],
    redacted: {},
  } as const
  const lists = { owners: [], events: [], networkPolicies: [], logs: [], unread: [], cut: [] }
  const bytes = packEvidence({ ...document, ...lists })
  expect(
    packEvidence({
      ...lists,
      ...Object.fromEntries(Object.entries(document).reverse()),
      ...document,
      ...lists,
      pod: { b: { d: 3, c: 2 }, a: 1 },
    }),
  ).toEqual(bytes)
  expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
})

test.each(['../..', 'a/b', '', 'x'.repeat(200), 'é'])('an id such as %j gives a key of its own that any store takes', (id) => {
  expect(evidenceKey(id, id)).toMatch(/^incident\/id-[0-9a-f]{32}\/id-[0-9a-f]{32}\.json\.gz$/)
  expect(evidenceKey(id, 'a')).not.toBe(evidenceKey(`${id}.`, 'a'))
})
