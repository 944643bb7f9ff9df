import { describe, expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import { Incident, IncidentSilence, incidentKey, incidentPartition } from '../../../lib/incident/incident.ts'
import { silencesIn } from '../../../lib/incident/silences.ts'
import { parseData, read } from '../../../lib/port/store.ts'
import { PlannedAction, planSortKey } from '../../../lib/response/plan.ts'
import { interact } from '../../../lib/stage/interact.ts'
import { sweep } from '../../../lib/stage/sweep.ts'
import { pressBody, submissionBody } from '../../support/signed-press.ts'
import { nonceFor, type PressStage, pressStage } from './presses/stage.ts'

type Press = Parameters<typeof pressBody>[0]
const MESSAGE = {
  ts: '1700.1',
  attachments: [
    {
      color: 'c62828',
      fallback: 'High: x',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'x' } },
        { type: 'actions', elements: [] },
      ],
    },
  ],
}

const press = (stage: PressStage, name: string, more: Partial<Press> = {}) =>
  interact(stage.sign(pressBody({ value: nonceFor(name), action: name, more: { message: MESSAGE }, ...more })), stage.ports)
const submit = (stage: PressStage, more: Omit<Parameters<typeof submissionBody>[0], 'metadata'>) =>
  interact(stage.sign(submissionBody({ metadata: stage.dialog.last()?.private_metadata ?? '', ...more })), stage.ports)
const incidentOf = (stage: PressStage) => read(stage.ports.store, incidentKey('open'), Incident)
const silencesOf = async (stage: PressStage) =>
  (await stage.ports.store.query(incidentPartition('open'), { from: 'silence#', to: 'silence#~' })).map((item) =>
    parseData(IncidentSilence, item),
  )
const requests = (stage: PressStage) => stage.sent.actions.flatMap(({ body }) => JSON.parse(body).requests)
const quietly = (stage: PressStage) => ({ ...stage.ports, detections: { send: async () => undefined }, userGroups: [] })

describe('buttons vanish', () => {
  test('at once, before anything is sent, and the rest of the message stays', async () => {
    const stage = await pressStage()
    const order: string[] = []
    const { dialog, actions, messages } = stage.ports
    const noting = <T extends object>(name: string, port: T): T =>
      Object.fromEntries(
        Object.entries(port).map(([method, call]) => [
          method,
          (...args: readonly unknown[]) => {
            order.push(`${name}.${method}`)
            return call(...args)
          },
        ]),
      ) as T
    const ports = {
      ...stage.ports,
      dialog: noting('dialog', dialog),
      actions: noting('actions', actions),
      messages: noting('messages', messages),
    }
    await interact(stage.sign(pressBody({ value: nonceFor('isolate'), action: 'isolate', more: { message: MESSAGE } })), ports)
    expect(order).toEqual(['dialog.replace', 'actions.send', 'messages.send'])
    expect(stage.dialog.replaced).toEqual([
      {
        responseUrl: 'https://hooks.slack.com/actions/T0CREANCE/1/x',
        message: {
          text: 'High: x',
          color: '#c62828',
          blocks: [
            { type: 'header', text: { type: 'plain_text', text: 'x' } },
            { type: 'section', text: { type: 'mrkdwn', text: '⏳ Approve: Isolate: pressed by <@U0ALICE>', verbatim: true } },
          ],
        },
      },
    ])
  })

  test('not for a press in vain, nor for the first of two, nor when the same person presses again', async () => {
    const stage = await pressStage()
    await press(stage, 'isolate', { user: 'U0MALLORY' })
    await press(stage, 'cordon')
    expect(stage.dialog.replaced).toHaveLength(0)
    await press(stage, 'acknowledge')
    await press(stage, 'acknowledge')
    expect(stage.dialog.replaced).toHaveLength(1)
  })

  test('or do not, where Slack does not answer: what was pressed is done all the same', async () => {
    const stage = await pressStage()
    const replace = () => Promise.reject(new CodedError('unavailable', 'no answer'))
    const ports = { ...stage.ports, dialog: { ...stage.ports.dialog, replace } }
    const request = stage.sign(pressBody({ value: nonceFor('isolate'), action: 'isolate', more: { message: MESSAGE } }))
    expect(await interact(request, ports)).toEqual({ status: 200, outcome: 'accepted' })
    expect(requests(stage)).toHaveLength(1)
  })
})

describe('a dialog', () => {
  test('is opened before anything is read or written, and then filled', async () => {
    const stage = await pressStage()
    let opened = 0
    const store = new Proxy(stage.ports.store, {
      get: (of, name) => {
        if (stage.dialog.calls.length === 0) opened += 1
        return Reflect.get(of, name)
      },
    })
    expect(await interact(stage.sign(pressBody({ value: nonceFor('delete'), action: 'delete' })), { ...stage.ports, store })).toEqual({
      status: 200,
      outcome: 'asked',
    })
    expect(opened).toBe(0)
    expect(stage.dialog.calls).toEqual(['open 1.2.1.0', 'update V1'])
    expect(JSON.stringify(stage.dialog.last())).toContain('`shop/cart-6f7d9c4b8-x2x4z`')
    expect(stage.dialog.last()).toMatchObject({ title: { text: 'Delete' }, submit: { text: 'Delete' } })
  })

  test('that cannot be opened is said to be, and nothing is done', async () => {
    const stage = await pressStage()
    const open = () => Promise.reject(new CodedError('invalid_input', 'expired_trigger_id'))
    const request = stage.sign(pressBody({ value: nonceFor('delete'), action: 'delete' }))
    expect(await interact(request, { ...stage.ports, dialog: { ...stage.ports.dialog, open } })).toEqual({
      status: 200,
      outcome: 'no_dialog',
    })
    expect(stage.told()).toEqual([
      { channel: 'C0ALERTS', user: 'U0ALICE', text: 'The dialog could not be opened. Nothing was done; please press again.' },
    ])
    expect(requests(stage)).toEqual([])
  })

  test('says so, when the table cannot be read', async () => {
    const stage = await pressStage()
    const store = { ...stage.ports.store, get: () => Promise.reject(new CodedError('unavailable', 'gone')) }
    const request = stage.sign(pressBody({ value: nonceFor('delete'), action: 'delete' }))
    await expect(interact(request, { ...stage.ports, store })).rejects.toMatchObject({ code: 'unavailable' })
    expect(JSON.stringify(stage.dialog.last())).toContain('Something failed. Nothing was done')
  })

  test('to delete gives the reason to the action, to the journal and to the claim', async () => {
    const stage = await pressStage()
    await press(stage, 'delete')
    expect(await submit(stage, { reason: '  a miner\nwas seen ' })).toEqual({
      status: 200,
      outcome: 'accepted',
      body: { response_action: 'clear' },
    })
    expect(requests(stage)).toMatchObject([{ action: 'delete', reason: 'a miner\nwas seen', by: { id: 'U0ALICE' } }])
    expect(stage.lines()).toContainEqual(expect.objectContaining({ what: 'delete pressed', outcome: 'accepted', why: 'a miner\nwas seen' }))
  })

  test('of what somebody has pressed already opens with that', async () => {
    const stage = await pressStage()
    await press(stage, 'delete')
    await submit(stage, { reason: 'x' })
    expect(await press(stage, 'delete', { at: '2.0' })).toMatchObject({ outcome: 'already_pressed' })
    expect(JSON.stringify(stage.dialog.last())).toContain('pressed this first')
  })
})

describe('not a threat', () => {
  test('proposes the exception from what was seen, and closes with who, why, and a silence', async () => {
    const stage = await pressStage()
    expect(await press(stage, 'not_a_threat')).toMatchObject({ outcome: 'asked' })
    const shown = JSON.stringify(stage.dialog.last())
    for (const part of [
      '- rule: Terminal shell in container',
      'container.image.repository',
      'shop/cart',
      '/usr/bin/bash',
      '/etc/shadow',
      'override:',
    ])
      expect(shown).toContain(part)
    expect(await submit(stage, { reason: 'a backup', choice: '8h' })).toMatchObject({
      outcome: 'accepted',
      body: { response_action: 'clear' },
    })
    expect(await incidentOf(stage)).toMatchObject({ status: 'closed', closedBy: 'alice', closedWhy: 'a backup' })
    const [kept, ...more] = await silencesIn(stage.ports.store)
    expect(more).toEqual([])
    expect(Date.parse(kept?.silence.until ?? '') - stage.time.nowMs).toBe(8 * 3600_000)
    expect(stage.lines().map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(
      expect.arrayContaining(['press asked', 'press accepted', 'silence kept', 'incident closed']),
    )
  })

  test('without a silence makes none', async () => {
    const stage = await pressStage()
    await press(stage, 'not_a_threat')
    await submit(stage, { reason: 'a backup', choice: 'none' })
    expect(await silencesIn(stage.ports.store)).toEqual([])
    expect(await incidentOf(stage)).toMatchObject({ status: 'closed' })
  })

  test('sent again after the incident was opened anew leaves it open', async () => {
    const stage = await pressStage()
    await press(stage, 'not_a_threat')
    await submit(stage, { reason: 'a backup', choice: '8h' })
    await stage.change('open', { status: 'open' })
    await submit(stage, { reason: 'a backup', choice: '8h' })
    stage.time.nowMs += 61_000
    await sweep(quietly(stage))
    expect(await incidentOf(stage)).toMatchObject({ status: 'open' })
    expect(await silencesIn(stage.ports.store)).toHaveLength(1)
  })
})

describe('a silence', () => {
  test.each([
    ['1h', 1, /the rules of this incident/],
    ['8h', 8, /the rules of this incident/],
    ['rule', 168, /"Terminal shell in container"/],
  ])('of %s is kept, and stands beside the incident', async (choice, hours, what) => {
    const stage = await pressStage()
    expect(await press(stage, 'silence', { choice })).toEqual({ status: 200, outcome: 'accepted' })
    const [kept] = await silencesIn(stage.ports.store)
    const [shown] = await silencesOf(stage)
    expect(shown).toMatchObject({
      name: kept?.silence.name,
      what: expect.stringMatching(what),
      untilMs: stage.time.nowMs + hours * 3600_000,
      by: 'alice',
    })
  })

  test('that was ended stays so, though the sweep looks after the press that made it', async () => {
    const stage = await pressStage()
    await press(stage, 'silence', { choice: '8h' })
    const [{ name } = { name: '' }] = await silencesOf(stage)
    await stage.offer('end_silence', { parameters: { names: [name] } })
    expect(await press(stage, 'end_silence', { user: 'U0BOB' })).toMatchObject({ outcome: 'accepted' })
    expect(await silencesOf(stage)).toMatchObject([{ name, endedBy: 'bob' }])
    stage.time.nowMs += 61_000
    await sweep(quietly(stage))
    expect(await silencesIn(stage.ports.store)).toEqual([])
  })

  test('that cannot be written is told to who asked, and nothing is quiet', async () => {
    const stage = await pressStage()
    await stage.change('open', { subject: { kind: 'workload', key: 'x', cluster: 'demo', namespace: '\ud800', workload: 'x' } })
    expect(await press(stage, 'silence', { choice: '8h' })).toMatchObject({ outcome: 'accepted' })
    expect(stage.told()).toMatchObject([{ user: 'U0ALICE', text: expect.stringMatching(/^No silence was made: the name of the workload/) }])
    expect(await silencesIn(stage.ports.store)).toEqual([])
    expect(stage.lines()).toContainEqual(expect.objectContaining({ kind: 'silence', outcome: 'refused' }))
  })
})

describe('a question of a response', () => {
  const plan = (stage: PressStage) => read(stage.ports.store, { pk: incidentPartition('open'), sk: planSortKey('plan-1') }, PlannedAction)

  test('is answered by an approval, which is sent', async () => {
    const stage = await pressStage()
    await press(stage, 'isolate')
    expect((await plan(stage))?.decision).toMatchObject({ kind: 'approved', user: 'U0ALICE' })
    expect(requests(stage)).toHaveLength(1)
  })

  test('is answered by a rejection: nothing is ever sent, and the journal says who', async () => {
    const stage = await pressStage()
    await press(stage, 'reject', { user: 'U0BOB' })
    expect((await plan(stage))?.decision).toMatchObject({ kind: 'rejected', user: 'U0BOB' })
    expect(stage.lines()).toContainEqual(
      expect.objectContaining({ kind: 'planned', outcome: 'rejected', by: '@bob', what: 'approval of isolate by response "Contain it"' }),
    )
    await press(stage, 'isolate')
    stage.time.nowMs += 61_000
    await sweep(quietly(stage))
    expect(requests(stage)).toEqual([])
  })

  test('rejected between the claim of an approval and its decision, is not done: the sweep asks too', async () => {
    const stage = await pressStage()
    // The approval's process dies once the claim is written; then somebody rejects.
    const put: typeof stage.ports.store.put = async (item, expected) => {
      if (item.sk === planSortKey('plan-1')) throw new CodedError('unavailable', 'died')
      return stage.ports.store.put(item, expected)
    }
    const request = stage.sign(pressBody({ value: nonceFor('isolate'), action: 'isolate' }))
    await expect(interact(request, { ...stage.ports, store: { ...stage.ports.store, put } })).rejects.toThrow('died')
    expect(await press(stage, 'reject', { user: 'U0BOB' })).toMatchObject({ outcome: 'accepted' })
    stage.time.nowMs += 61_000
    await sweep(quietly(stage))
    expect(requests(stage)).toEqual([])
    expect((await plan(stage))?.decision).toMatchObject({ kind: 'rejected' })
  })
})

describe('broken off at any write after the claim, the sweep finishes', () => {
  test.each([
    { name: 'acknowledge', seen: async (stage: PressStage) => (await incidentOf(stage))?.status },
    {
      name: 'silence',
      choice: '8h',
      seen: async (stage: PressStage) => [(await silencesOf(stage)).length, (await silencesIn(stage.ports.store)).length],
    },
    {
      name: 'reject',
      seen: async (stage: PressStage) =>
        (await read(stage.ports.store, { pk: incidentPartition('open'), sk: planSortKey('plan-1') }, PlannedAction))?.decision?.kind,
    },
    { name: 'isolate', seen: async (stage: PressStage) => [...new Set(requests(stage).map(({ id }) => id))] },
    {
      name: 'not_a_threat',
      reason: 'a backup',
      choice: '7d',
      seen: async (stage: PressStage) => [(await incidentOf(stage))?.closedWhy, (await silencesIn(stage.ports.store)).length],
    },
  ])('$name', async ({ name, choice, reason, seen }) => {
    const play = async (breakAt: number) => {
      const stage = await pressStage()
      if (reason) await press(stage, name)
      let writes = 0
      const breaking = async (write: () => Promise<unknown>) => {
        writes += 1
        if (writes === breakAt) throw new CodedError('unavailable', 'died')
        return write()
      }
      const { store, actions, messages } = stage.ports
      const ports = {
        ...stage.ports,
        store: { ...store, put: ((item, expected) => breaking(() => store.put(item, expected))) as typeof store.put },
        actions: { send: (all) => breaking(() => actions.send(all)) } as typeof actions,
        messages: { send: (all) => breaking(() => messages.send(all)) } as typeof messages,
      }
      const body = reason
        ? submissionBody({ metadata: stage.dialog.last()?.private_metadata ?? '', reason, ...(choice ? { choice } : {}) })
        : pressBody({ value: nonceFor(name), action: name, ...(choice ? { choice } : {}) })
      await interact(stage.sign(body), ports).catch(() => undefined)

      stage.time.nowMs += 61_000
      await sweep(quietly(stage))
      const lines = stage.lines().map(({ kind, outcome, action }) => `${kind} ${action} ${outcome}`)
      return { writes, result: { seen: await seen(stage), lines: [...new Set(lines)].sort() } }
    }
    const undisturbed = await play(0)
    for (let at = 3; at <= undisturbed.writes; at++) {
      const { result } = await play(at)
      expect({ at, ...result }).toEqual({ at, ...undisturbed.result })
    }
    expect(undisturbed.writes).toBeGreaterThan(3)
  })
})
