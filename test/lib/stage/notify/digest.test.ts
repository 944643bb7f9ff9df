import { describe, expect, test } from 'vitest'
import type { Severity } from '../../../../lib/detection/detection.ts'
import { CodedError } from '../../../../lib/error.ts'
import { Incident, incidentKey } from '../../../../lib/incident/incident.ts'
import { type Store, update } from '../../../../lib/port/store.ts'
import type { Wrap } from '../../../support/chain.ts'
import { CHANNEL, MINUTE, type NotifyStage, notifyStage, refusal } from './stage.ts'

const PACE = { perMinute: 5, reserve: 2 }

async function flood(stage: NotifyStage, count: number, { severity = 3, from = 0 }: { severity?: Severity; from?: number } = {}) {
  const ids = []
  for (let at = from; at < from + count; at++) {
    const { id } = await stage.see(`web-${at}`, severity)
    await stage.notice(id)
    ids.push(id)
  }
  await stage.settle()
  return ids
}
const own = (stage: NotifyStage) => stage.chat.messages.filter(({ key }) => !key.startsWith('digest-'))
const digests = (stage: NotifyStage) => stage.chat.messages.filter(({ key }) => key.startsWith('digest-'))

test('more incidents than a channel takes in a minute are one message together, none of which wears out the queue', async () => {
  const stage = notifyStage({ pace: PACE })
  await flood(stage, 200)
  await stage.pass(2 * MINUTE)
  expect(own(stage)).toHaveLength(5)
  expect(digests(stage)).toMatchObject([{ message: { text: expect.stringMatching(/^195 more incidents/) } }])
  expect(stage.failures).toEqual([])
})

test('counts are exact, also where notices come again and incidents go on', async () => {
  const stage = notifyStage({ pace: PACE })
  const ids = await flood(stage, 30)
  for (const id of ids) await stage.notice(id)
  await stage.settle()
  await flood(stage, 30)
  await stage.pass(MINUTE)
  expect(own(stage)).toHaveLength(5)
  expect(digests(stage)).toMatchObject([{ message: { text: expect.stringMatching(/^25 more incidents.*: 25 medium$/) } }])
})

test('what is critical or asks for approval has places of its own', async () => {
  const stage = notifyStage({ pace: PACE })
  await flood(stage, 10)
  await flood(stage, 3, { severity: 5, from: 100 })
  await stage.pass(MINUTE)
  expect(own(stage).map(({ message }) => message.text.split(':')[0])).toEqual([...Array(5).fill('Medium'), 'Critical', 'Critical'])
  expect(digests(stage)).toMatchObject([{ message: { text: expect.stringMatching(/^6 more incidents.*: 1 critical, 5 medium$/) } }])
})

test('a digest is edited at a bounded rate, and what is in it is not told twice', async () => {
  const stage = notifyStage({ pace: PACE })
  for (let at = 0; at < 60; at++) {
    await flood(stage, 2, { from: at * 2 })
    await stage.pass(2000, 1000)
  }
  await stage.pass(MINUTE)
  const [digest] = digests(stage)
  expect(digest?.edits).toBeLessThanOrEqual(4) // two minutes, swept once in each
  const counted = Number(/^\d+/.exec(digest?.message.text ?? '')?.[0])
  expect(counted + own(stage).length).toBe(120)
})

test('an incident in a digest gets a message of its own when it becomes worse, or was acted on, if there is room', async () => {
  const stage = notifyStage({ pace: PACE })
  const ids = await flood(stage, 8)
  const [, , , , , sixth = '', seventh = ''] = ids
  await stage.pass(2 * MINUTE)
  await stage.notice(sixth)
  await stage.settle()
  expect(own(stage)).toHaveLength(5) // nothing has changed: it stays where it is told
  await stage.see('web-5', 4)
  await stage.notice(sixth)
  await update(stage.store, incidentKey(seventh), Incident, (now): Incident | undefined => now && { ...now, status: 'contained' })
  await stage.notice(seventh)
  await stage.settle()
  expect(own(stage).map(({ key }) => key)).toEqual(expect.arrayContaining([sixth, seventh]))
  expect(own(stage)).toHaveLength(7)
})

test('where there is no room for it yet, it gets it later', async () => {
  const stage = notifyStage({ pace: PACE })
  const ids = await flood(stage, 6)
  await stage.see('web-5', 4)
  await stage.notice(ids[5] ?? '')
  await stage.settle()
  expect(own(stage)).toHaveLength(5)
  await stage.pass(3 * MINUTE)
  expect(own(stage).map(({ key }) => key)).toContain(ids[5])
})

test('after a quiet time a digest is closed, and the next flood is another', async () => {
  const stage = notifyStage({ pace: PACE })
  await flood(stage, 10)
  await stage.pass(11 * MINUTE)
  await flood(stage, 10, { from: 50 })
  await stage.pass(2 * MINUTE)
  expect(digests(stage).map(({ message }) => message.text)).toEqual([
    expect.stringMatching(/^5 more incidents/),
    expect.stringMatching(/^5 more incidents/),
  ])
})

test('a digest that cannot be posted is posted when that works again', async () => {
  const stage = notifyStage({ pace: PACE })
  stage.disturb.by = (call, _channel, key) =>
    call === 'post' && key.startsWith('digest') ? refusal('invalid_config', 'restricted_action') : undefined
  await flood(stage, 10)
  await stage.pass(5 * MINUTE)
  stage.disturb.by = () => undefined
  await stage.pass(20 * MINUTE)
  expect(digests(stage)).toHaveLength(1)
  expect(own(stage)).toHaveLength(5)
  expect(stage.calls.filter((call) => call === `post ${CHANNEL}`).length).toBeLessThan(40)
})

describe('a digest that is no longer shown', () => {
  /** Eight incidents, three of which are in a digest; then others begin another, and the first is no longer looked at. */
  async function withOldDigest(stage: NotifyStage): Promise<readonly string[]> {
    const ids = await flood(stage, 8)
    await stage.pass(11 * MINUTE)
    await flood(stage, 8, { from: 50 })
    await stage.pass(6 * MINUTE)
    await flood(stage, 8, { from: 80 })
    await stage.pass(MINUTE)
    expect(digests(stage)).toHaveLength(2)
    return ids
  }

  test('loses no incident that was to be in it: it is told in the present one', async () => {
    let failing = ''
    const wrap: Wrap = (name, port) =>
      name !== 'store' || !('put' in port)
        ? port
        : Object.assign({}, port, {
            put: (...[item, expected]: Parameters<Store['put']>) =>
              item.sk === `member#${failing}`
                ? Promise.reject(new CodedError('throttled', 'DynamoDB', { retryAfterSeconds: 1500 }))
                : (port as unknown as Store).put(item, expected),
          })
    const stage = notifyStage({ pace: PACE, wrap })
    await flood(stage, 7)
    const { id } = await stage.see('web-lost', 4)
    failing = id
    await stage.notice(id)
    await stage.settle() // in which digest it is stands written down, and it is not there
    await stage.pass(11 * MINUTE)
    await flood(stage, 8, { from: 50 })
    await stage.pass(6 * MINUTE)
    await flood(stage, 8, { from: 80 })
    await stage.pass(2 * MINUTE)
    failing = ''
    await stage.pass(30 * MINUTE)
    const telling = digests(stage).map(({ message }) => JSON.stringify(message).includes('`shop/web-lost`'))
    expect(telling.filter(Boolean)).toHaveLength(1)
    expect(telling[0]).toBe(false) // nobody looks at the old one for what is new
  })

  test('is edited when an incident in it is closed, and that one is told in no other', async () => {
    const stage = notifyStage({ pace: PACE })
    const [, , , , , , seventh = ''] = await withOldDigest(stage)
    const [old, present] = digests(stage)
    await update(stage.store, incidentKey(seventh), Incident, (now): Incident | undefined => now && { ...now, status: 'closed' })
    await stage.notice(seventh)
    await stage.pass(2 * MINUTE)
    expect(JSON.stringify(old?.message)).toContain('`shop/web-6` (closed)')
    expect(JSON.stringify(present?.message)).not.toContain('shop/web-6`')
    expect(digests(stage)).toHaveLength(2)
  })

  test('is not looked at for what changes nothing in it', async () => {
    const stage = notifyStage({ pace: PACE })
    const [, , , , , , seventh = ''] = await withOldDigest(stage)
    const before = (await stage.store.query('chat', { from: 'digest#' }))[0]?.version
    await stage.see('web-6')
    await stage.notice(seventh)
    await stage.settle()
    expect((await stage.store.query('chat', { from: 'digest#' }))[0]?.version).toBe(before)
  })
})

test('the worst have a link to their page; another link for the same is no news', async () => {
  let day = 1
  const stage = notifyStage({ pace: PACE, link: (id) => `https://page.example/incidents/${id}?link=${day}` })
  const ids = await flood(stage, 7)
  await stage.pass(2 * MINUTE)
  const [digest] = digests(stage)
  expect(JSON.stringify(digest?.message)).toContain(`<https://page.example/incidents/${ids[5]}?link=1|`)
  const edits = digest?.edits
  day = 2
  await stage.notice(ids[5] ?? '')
  await stage.pass(2 * MINUTE)
  expect(digest?.edits).toBe(edits)
})
