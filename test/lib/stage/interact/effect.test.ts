import { describe, expect, test } from 'vitest'
import { endSilence, silencesIn } from '../../../../lib/incident/silences.ts'
import { planSortKey } from '../../../../lib/response/plan.ts'
import { nonceFor, type PressStage, pressStage } from '../presses/stage.ts'
import { dyingAt, incidentOf, press, pressLines, requests, silencesOf, submit, sweepAfter } from './stage.ts'

/** Before it is written down that the effect is done. */
const beforeDone = (stage: PressStage, name: string) =>
  dyingAt(stage, ({ pk, data }) => pk === `nonce#${nonceFor(name)}` && (data as { doneMs?: number }).doneMs !== undefined)
const matchesOf = async ({ ports }: PressStage) =>
  (await silencesIn(ports.store)).map(({ silence }) => silence.match.replaceAll('\\x20', ' '))

describe('what was done, and undone by somebody before that was written down, is not done again', () => {
  test('a silence that was ended', async () => {
    const stage = await pressStage()
    await expect(press(stage, 'silence', { choice: '8h' }, beforeDone(stage, 'silence'))).rejects.toThrow('died')
    const [{ name } = { name: '' }] = await silencesOf(stage)
    expect(await silencesIn(stage.ports.store)).toHaveLength(1)
    await endSilence(stage.ports.store, name, { id: 'U0BOB', name: 'bob' })
    await sweepAfter(stage, 61_000)
    expect(await silencesIn(stage.ports.store)).toEqual([])
    expect(await silencesOf(stage)).toMatchObject([{ name, endedBy: 'bob' }])
  })

  test('a silence that was ended before its line was in the journal', async () => {
    const stage = await pressStage()
    const died = dyingAt(stage, ({ sk }) => sk === `journal#silence-${nonceFor('silence')}`)
    await expect(press(stage, 'silence', { choice: '8h' }, died)).rejects.toThrow('died')
    const [{ name } = { name: '' }] = await silencesOf(stage)
    await endSilence(stage.ports.store, name, { id: 'U0BOB', name: 'bob' })
    await sweepAfter(stage, 61_000)
    expect(await silencesIn(stage.ports.store)).toEqual([])
  })

  test('a silence of which only the incident knew is made by the sweep', async () => {
    const stage = await pressStage()
    await expect(
      press(
        stage,
        'silence',
        { choice: '8h' },
        dyingAt(stage, ({ pk }) => pk === 'silences'),
      ),
    ).rejects.toThrow('died')
    expect(await silencesIn(stage.ports.store)).toEqual([])
    await sweepAfter(stage, 61_000)
    expect(await silencesIn(stage.ports.store)).toHaveLength(1)
  })

  test('an acknowledgement, after the incident was opened again', async () => {
    const stage = await pressStage()
    await expect(press(stage, 'acknowledge', {}, beforeDone(stage, 'acknowledge'))).rejects.toThrow('died')
    expect((await incidentOf(stage))?.status).toBe('acknowledged')
    await stage.change('open', { status: 'open', severity: 5, reopened: { atMs: stage.time.nowMs + 1, why: 'worse' } })
    await sweepAfter(stage, 61_000)
    expect((await incidentOf(stage))?.status).toBe('open')
  })

  test('but an incident that was open again before is acknowledged', async () => {
    const stage = await pressStage()
    await stage.change('open', { status: 'open', reopened: { atMs: stage.time.nowMs - 1, why: 'worse' } })
    await press(stage, 'acknowledge')
    expect((await incidentOf(stage))?.status).toBe('acknowledged')
  })

  test('a closing', async () => {
    const stage = await pressStage()
    await expect(submit(stage, 'not_a_threat', { choice: '8h' }, beforeDone(stage, 'not_a_threat'))).rejects.toThrow('died')
    await stage.change('open', { status: 'open' })
    await sweepAfter(stage, 61_000)
    expect((await incidentOf(stage))?.status).toBe('open')
  })
})

describe('what comes between the press and what it is for', () => {
  test('is not in the silence', async () => {
    const stage = await pressStage()
    await expect(
      press(
        stage,
        'silence',
        { choice: '8h' },
        dyingAt(stage, ({ sk }) => sk.startsWith('journal#')),
      ),
    ).rejects.toThrow('died')
    await stage.worsen()
    await sweepAfter(stage, 61_000)
    expect(await matchesOf(stage)).toEqual([expect.stringContaining('alert.rule in ("Terminal shell in container") and')])
  })

  test('is not closed, and neither is it silenced: that is said', async () => {
    const stage = await pressStage()
    const { store } = stage.ports
    // It comes once the claim is written.
    const put: typeof store.put = async (item, expected) => {
      const isPut = await store.put(item, expected)
      if (item.pk === `nonce#${nonceFor('not_a_threat')}`) await stage.worsen()
      return isPut
    }
    await submit(stage, 'not_a_threat', { choice: '7d' }, { ...stage.ports, store: { ...store, put } })
    expect(await incidentOf(stage)).toMatchObject({ status: 'open', severity: 5 })
    expect(await matchesOf(stage)).toEqual([])
    expect(stage.told()).toMatchObject([{ user: 'U0ALICE', text: expect.stringContaining('There is more to this incident now') }])
    expect(stage.lines()).toContainEqual(expect.objectContaining({ what: 'not a threat', outcome: 'refused', why: 'changed' }))
  })

  test('a dialog closes and silences what it showed', async () => {
    const stage = await pressStage()
    await stage.worsen()
    await press(stage, 'not_a_threat')
    const { shown } = JSON.parse(stage.dialog.last()?.private_metadata ?? '{}')
    expect(await submit(stage, 'not_a_threat', { shown, choice: '7d' })).toMatchObject({ outcome: 'accepted' })
    expect(await incidentOf(stage)).toMatchObject({ status: 'closed', severity: 5 })
    expect(await matchesOf(stage)).toEqual([expect.stringContaining('"Terminal shell in container", "Escape from a container"')])
  })
})

describe('a dialog to close', () => {
  test.each([
    ['C0ALERTS', undefined],
    ['C0TWO', 'it takes two people here'],
    ['C0CLOSE', 'you may not silence here'],
    ['C0BOTH', undefined],
  ])('in %s offers a silence, unless %s', async (channel, reason) => {
    const stage = await pressStage()
    await press(stage, 'not_a_threat', { channel })
    const shown = JSON.stringify(stage.dialog.last())
    expect(shown.includes('creance.quiet')).toBe(reason === undefined)
    if (reason) expect(shown).toContain(reason)
  })
})

describe('an approval that came after somebody’s rejection', () => {
  const overruled = async () => {
    const stage = await pressStage()
    const died = dyingAt(stage, ({ sk }) => sk === planSortKey('plan-1'))
    await expect(press(stage, 'isolate', {}, died)).rejects.toThrow('died')
    await press(stage, 'reject', { user: 'U0BOB' })
    return stage
  }

  test('is refused in the journal, once, and never accepted there, when the sweep finds it', async () => {
    const stage = await overruled()
    for (let again = 0; again < 2; again++) await sweepAfter(stage, 61_000)
    expect(pressLines(stage).filter((line) => line.startsWith('isolate'))).toEqual([
      'isolate pressed | U0ALICE | refused | already_decided',
    ])
    expect(requests(stage)).toEqual([])
  })

  test('is told so when the same person presses again', async () => {
    const stage = await overruled()
    expect(await press(stage, 'isolate', { at: '2.0' })).toMatchObject({ outcome: 'already_decided' })
    await sweepAfter(stage, 61_000)
    expect(pressLines(stage).filter((line) => line.startsWith('isolate'))).toEqual([
      'isolate pressed | U0ALICE | refused | already_decided',
    ])
    expect(stage.told()).toMatchObject([{ user: 'U0ALICE', text: expect.stringContaining('rejected this first') }])
  })
})
