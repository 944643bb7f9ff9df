import { describe, expect, test } from 'vitest'
import { offerFor } from '../../../../lib/response/offer.ts'
import { keepMembers } from '../../../../lib/stage/user-groups.ts'
import { nonceFor, pressStage } from '../presses/stage.ts'
import { dyingAt, incidentOf, press, pressLines, requests, submit, sweepAfter } from './stage.ts'

const HOUR = 3600_000
const approvalsOf = async (stage: Awaited<ReturnType<typeof pressStage>>, name: string) =>
  (await offerFor(stage.ports.store, nonceFor(name)))?.approvals.map(({ user }) => user)

describe('of two presses', () => {
  test('the first has its line in the journal, also where its process died before that was written', async () => {
    const stage = await pressStage()
    const died = dyingAt(stage, ({ sk }) => sk.startsWith('journal#'))
    await expect(press(stage, 'cordon', { user: 'U0BOB' }, died)).rejects.toThrow('died')
    expect(pressLines(stage)).toEqual([])
    await sweepAfter(stage, 61_000)
    expect(pressLines(stage)).toEqual(['cordon pressed | U0BOB | one_more | it takes two people'])
    await sweepAfter(stage, 61_000)
    expect(pressLines(stage)).toHaveLength(1)
  })

  test('the first has its line though the second came before the sweep', async () => {
    const stage = await pressStage()
    await press(
      stage,
      'cordon',
      { user: 'U0BOB' },
      dyingAt(stage, ({ sk }) => sk.startsWith('journal#')),
    ).catch(() => undefined)
    expect(await press(stage, 'cordon')).toMatchObject({ outcome: 'accepted' })
    await sweepAfter(stage, 61_000)
    expect(pressLines(stage).sort()).toEqual([
      'cordon pressed | U0ALICE | accepted',
      'cordon pressed | U0BOB | one_more | it takes two people',
    ])
  })

  test('the first counts for an hour: then it is taken away, the message is shown anew, and the same person may be the first again', async () => {
    const stage = await pressStage()
    await stage.offer('long', { action: 'cordon', expiresMs: stage.time.nowMs + 3 * HOUR })
    const pressLong = (user: string) => press(stage, 'long', { action: 'cordon', user })
    await pressLong('U0BOB')
    await sweepAfter(stage, HOUR - 1)
    expect(await approvalsOf(stage, 'long')).toEqual(['U0BOB'])
    const before = stage.sent.messages.length
    await sweepAfter(stage, 1)
    expect(await approvalsOf(stage, 'long')).toEqual([])
    expect(stage.sent.messages.length).toBe(before + 1)
    expect(await pressLong('U0BOB')).toMatchObject({ outcome: 'one_more' })
    expect(pressLines(stage)).toHaveLength(2)
  })

  test('the first of somebody who has left the group is no first, and what is done names the two who may', async () => {
    const stage = await pressStage()
    await press(stage, 'cordon', { user: 'U0CAROL' })
    await keepMembers(stage.ports.store, 'S0ONCALL', [], stage.time.nowMs + 1)
    expect(await press(stage, 'cordon', { user: 'U0BOB' })).toMatchObject({ outcome: 'one_more' })
    expect(await press(stage, 'cordon')).toMatchObject({ outcome: 'accepted' })
    expect(requests(stage)).toMatchObject([{ by: { id: 'U0ALICE', first: { id: 'U0BOB' } } }])
  })

  test('the first who may close, and no more silence, is none for both in one', async () => {
    const stage = await pressStage()
    const [both] = stage.ports.permissions.filter(({ permission }) => permission.startsWith('Two to close'))
    if (!both) return expect.fail()
    const close = (user: string, permissions = stage.ports.permissions) =>
      submit(stage, 'not_a_threat', { channel: 'C0BOTH', choice: '8h', user }, { ...stage.ports, permissions })
    expect(await close('U0BOB')).toMatchObject({ outcome: 'one_more' })
    const less = { ...both, slack: { ...both.slack, users: ['U0BOB'] }, actions: ['not_a_threat'] }
    const more = { ...both, slack: { ...both.slack, users: ['U0ALICE'] } }
    expect(await close('U0ALICE', [less, more])).toMatchObject({ outcome: 'one_more' })
    expect((await incidentOf(stage))?.status).toBe('open')
  })

  test('the reasons of both are kept, by name', async () => {
    const stage = await pressStage()
    await stage.plan('plan-2', { action: 'delete', people: 2 })
    expect(await submit(stage, 'delete', { user: 'U0BOB', reason: 'a miner' })).toMatchObject({ outcome: 'one_more' })
    expect(requests(stage)).toEqual([])
    expect(await submit(stage, 'delete', { reason: 'x'.repeat(500) })).toMatchObject({ outcome: 'accepted' })
    const [{ reason }] = requests(stage)
    expect(reason).toMatch(/^@bob: a miner\n@alice: x{200,}…$/)
    expect(reason.length).toBeLessThanOrEqual(500)
    expect(pressLines(stage)).toEqual(
      expect.arrayContaining([expect.stringContaining('it takes two people; a miner'), expect.stringContaining('x'.repeat(500))]),
    )
    for (const name of ['U0BOB', 'U0ALICE'])
      await submit(stage, 'not_a_threat', { channel: 'C0BOTH', choice: 'none', user: name, reason: `says ${name}` })
    expect(await incidentOf(stage)).toMatchObject({ status: 'closed', closedWhy: '@bob: says U0BOB\n@alice: says U0ALICE' })
  })

  test('the first who closes what was less bad is none for the second, who was shown worse', async () => {
    const stage = await pressStage()
    await submit(stage, 'not_a_threat', { channel: 'C0BOTH', user: 'U0BOB' })
    await stage.worsen()
    await press(stage, 'not_a_threat', { channel: 'C0BOTH' })
    const { shown } = JSON.parse(stage.dialog.last()?.private_metadata ?? '{}')
    expect(await submit(stage, 'not_a_threat', { channel: 'C0BOTH', shown })).toMatchObject({ outcome: 'one_more' })
    expect((await incidentOf(stage))?.status).toBe('open')
  })
})
