import { describe, expect, test } from 'vitest'
import { Incident, incidentKey } from '../../../lib/incident/incident.ts'
import { listUnderDay } from '../../../lib/incident/index-by-day.ts'
import { silencesIn } from '../../../lib/incident/silences.ts'
import { read } from '../../../lib/port/store.ts'
import { wantedOffers } from '../../../lib/response/offers.ts'
import { guardStop } from '../../../lib/response/stop.ts'
import { loadView } from '../../../lib/response/view.ts'
import { takeCommand } from '../../../lib/stage/command.ts'
import { interact } from '../../../lib/stage/interact.ts'
import { commandBody, commandFields, pressBody } from '../../support/signed-press.ts'
import { nonceFor, type PressStage, pressStage } from './presses/stage.ts'

type Asked = Omit<Parameters<typeof commandBody>[0], 'text'>
const ask = (stage: PressStage, text: string, more: Asked = {}) => interact(stage.sign(commandBody({ text, ...more })), stage.ports)
const textOf = (answer: { readonly body?: object }): string => JSON.stringify(answer.body)
const commandLines = (stage: PressStage) => stage.lines().filter(({ kind }) => kind === 'command')

async function listed(stage: PressStage, id: string, change: Partial<Incident> = {}): Promise<void> {
  const incident = await read(stage.ports.store, incidentKey('open'), Incident)
  if (!incident) throw new Error('no incident')
  const other = { ...incident, id, ...change }
  await stage.ports.store.put({ ...incidentKey(id), data: other }, 'absent')
  await listUnderDay(stage.ports.store, other)
}

describe('who may ask what', () => {
  test.each([
    ['status', {}, 'answered'],
    ['status', { user: 'U0CAROL' }, 'answered'],
    ['status', { user: 'U0MALLORY' }, 'not_permitted'],
    ['status', { user: 'U0MALLORY', name: 'alice' }, 'not_permitted'],
    ['status', { user: 'U0DAVE' }, 'not_permitted'],
    ['incidents', { channel: 'C0OTHER' }, 'not_permitted'],
    ['stop', { user: 'U0MALLORY' }, 'not_permitted'],
    ['resume', { user: 'U0MALLORY' }, 'not_permitted'],
    ['silences', { user: 'U0MALLORY' }, 'not_permitted'],
    ['end x', { user: 'U0MALLORY' }, 'not_permitted'],
    ['silence alert.rule = x for 1h', { user: 'U0MALLORY' }, 'not_permitted'],
    ['stop', { workspace: 'T0OTHER' }, 'wrong_workspace'],
    ['stop', { app: 'A0OTHER' }, 'wrong_workspace'],
    ['help', { user: 'U0MALLORY' }, 'answered'],
    ['drop table', { user: 'U0MALLORY' }, 'unclear'],
  ])('%s, with %o → %s', async (text, who, outcome) => {
    const stage = await pressStage()
    const was = JSON.stringify(stage.snapshot())
    const answer = await ask(stage, text, who)
    expect(answer).toMatchObject({ status: 200, outcome, body: { response_type: 'ephemeral', text: expect.any(String) } })
    expect(JSON.stringify(stage.snapshot())).toBe(was)
    expect(commandLines(stage)).toMatchObject([{ outcome, what: `/creance ${outcome === 'unclear' ? 'unclear' : text.split(' ')[0]}` }])
  })

  test('what takes two people cannot be asked by one', async () => {
    const stage = await pressStage()
    const permissions = stage.ports.permissions.map((one) => ({ ...one, second_person: ['stop'] }))
    expect(await takeCommand(commandFields({ text: 'stop' }), { ...stage.ports, permissions })).toMatchObject({ outcome: 'takes_two' })
    expect(await guardStop(stage.ports.store)).toBeUndefined()
  })

  test('a command that Slack did not sign is turned away', async () => {
    const stage = await pressStage()
    const request = { ...stage.sign(commandBody({ text: 'stop' })), rawBody: commandBody({ text: 'resume' }) }
    expect(await interact(request, stage.ports)).toEqual({ status: 401, outcome: 'forged' })
  })

  test.each([[{}], ['x'], [null], [{ ...commandFields({ text: 'stop' }), user_id: '<!here>' }]])(
    'fields %j are invalid input',
    async (fields) => {
      const stage = await pressStage()
      expect(await takeCommand(fields, stage.ports)).toEqual({ outcome: 'invalid_input' })
    },
  )

  test('Slack’s own check of the address is answered and ignored', async () => {
    const stage = await pressStage()
    expect(await interact(stage.sign('token=x&ssl_check=1'), stage.ports)).toEqual({ status: 200, outcome: 'ignored' })
  })
})

describe('stop and resume', () => {
  test('stop everything and allow it again, by whom and why', async () => {
    const stage = await pressStage()
    expect(await ask(stage, 'stop because the rules are wrong')).toMatchObject({ outcome: 'stopped' })
    expect(await guardStop(stage.ports.store)).toMatchObject({ why: expect.stringMatching(/stopped by @alice .*: the rules are wrong/) })
    expect(textOf(await ask(stage, 'status'))).toContain('all action was stopped by')
    const again = await ask(stage, 'stop', { user: 'U0BOB' })
    expect(again).toMatchObject({ outcome: 'already_stopped' })
    expect(textOf(again)).toContain('@alice')
    expect(await ask(stage, 'resume', { user: 'U0BOB' })).toMatchObject({ outcome: 'resumed' })
    expect(await guardStop(stage.ports.store)).toBeUndefined()
    expect(await ask(stage, 'resume')).toMatchObject({ outcome: 'not_stopped' })
    expect(
      commandLines(stage)
        .map(({ by, outcome }) => `${by} ${outcome}`)
        .sort(),
    ).toEqual(
      [
        ...['@alice answered', '@alice asked', '@alice stopped', '@alice asked', '@alice not_stopped'],
        ...['@bob asked', '@bob already_stopped', '@bob asked', '@bob resumed'],
      ].sort(),
    )
  })
})

describe('silences', () => {
  test('are made, listed and ended', async () => {
    const stage = await pressStage()
    const made = await ask(stage, 'silence alert.rule = "a <b> & `c`" for 2h because *tests*')
    expect(made).toMatchObject({ outcome: 'kept' })
    const [kept] = await silencesIn(stage.ports.store)
    expect(kept?.silence).toMatchObject({ match: 'alert.rule = "a <b> & `c`"', by: '@alice', description: '*tests*' })
    expect(Date.parse(kept?.silence.until ?? '') - stage.time.nowMs).toBe(7_200_000)
    const shown = textOf(await ask(stage, 'silences'))
    expect(shown).toContain('a &lt;b&gt; &amp; ˋcˋ')
    expect(shown).not.toContain('<b>')
    const name = kept?.silence.name ?? ''
    expect(await ask(stage, `end ${name}`)).toMatchObject({ outcome: 'ended' })
    expect(await silencesIn(stage.ports.store)).toEqual([])
    expect(await ask(stage, `end ${name}`)).toMatchObject({ outcome: 'unknown_silence' })
  })

  test.each([
    ['alert.rule == == x for 1h', /column 15/],
    ['alert.rul = x for 1h', /nonexistent field.*column 1\)/],
    ['rule for 1h', /column \d+/],
  ])('%s says what is wrong and where, and keeps nothing', async (text, says) => {
    const stage = await pressStage()
    const answer = await ask(stage, `silence ${text}`)
    expect(answer).toMatchObject({ outcome: 'invalid_match' })
    expect(textOf(answer)).toMatch(says)
    expect(await silencesIn(stage.ports.store)).toEqual([])
  })

  test('are no more than can be read for one batch', async () => {
    const stage = await pressStage()
    for (let count = 0; count < 20; count++) await ask(stage, `silence alert.rule = x${count} for 1h`)
    expect(await ask(stage, 'silence alert.rule = y for 1h')).toMatchObject({
      outcome: 'full_for_one',
      body: { response_type: 'ephemeral' },
    })
    expect(await ask(stage, 'silence alert.rule = y for 1h', { user: 'U0BOB' })).toMatchObject({ outcome: 'kept' })
    expect(await silencesIn(stage.ports.store)).toHaveLength(21)
  })

  test.each([
    ['proc.cmdline regex "(.{0,999})x"', /regex is not for a silence that is asked for.*column 1\)/],
    ['alert.rule = x and not proc.name glob "a*"', /glob is not for/],
    ['proc.exepath pmatch (/etc)', /pmatch is not for/],
    [Array(30).fill('alert.rule = x').join(' or '), /too long for a silence/],
    [`proc.cmdline contains anyof (${Array(60).fill('x').join(', ')})`, /too long for a silence/],
  ])('that take long to match are refused: %s', async (match, says) => {
    const stage = await pressStage()
    const answer = await ask(stage, `silence ${match} for 1h`)
    expect(answer).toMatchObject({ outcome: 'invalid_match' })
    expect(textOf(answer)).toMatch(says)
    expect(await silencesIn(stage.ports.store)).toEqual([])
  })

  test('are told to the channel, with who made or ended it', async () => {
    const stage = await pressStage()
    const made = await ask(stage, 'silence alert.severity >= 0 for 7d')
    expect(made).toMatchObject({ outcome: 'kept', body: { response_type: 'in_channel' } })
    expect(textOf(made)).toContain('<@U0ALICE>')
    const [kept] = await silencesIn(stage.ports.store)
    expect(kept?.silence).toMatchObject({ byId: 'U0ALICE' })
    const ended = await ask(stage, `end ${kept?.silence.name}`, { user: 'U0BOB' })
    expect(ended).toMatchObject({ outcome: 'ended', body: { response_type: 'in_channel' } })
    expect(textOf(ended)).toContain('<@U0BOB>')
  })

  test.each(['silence alert.rule = x for 1h', 'end x'])('%s takes more than the right to an incident’s menu', async (text) => {
    const stage = await pressStage()
    const permissions = stage.ports.permissions.map((one) => ({ ...one, actions: one.actions.filter((word) => word !== 'silence_any') }))
    expect(permissions.flatMap(({ actions }) => actions)).toContain('silence')
    expect(await takeCommand(commandFields({ text }), { ...stage.ports, permissions })).toMatchObject({ outcome: 'not_permitted' })
  })

  test('of an incident are ended there too, by whom, and its message is brought up to date', async () => {
    const stage = await pressStage()
    await interact(stage.sign(pressBody({ value: nonceFor('silence'), action: 'silence', choice: '8h' })), stage.ports)
    const [kept] = await silencesIn(stage.ports.store)
    const before = stage.sent.messages.length
    expect(await ask(stage, `end ${kept?.silence.name}`, { user: 'U0BOB' })).toMatchObject({ outcome: 'ended' })
    const view = await loadView(stage.ports.store, 'open')
    expect(view?.silences).toMatchObject([{ byId: 'U0ALICE', endedBy: 'bob', endedById: 'U0BOB' }])
    const offered = view ? wantedOffers(view, stage.time.nowMs).map(({ action }) => action) : []
    expect(offered).toContain('silence')
    expect(offered).not.toContain('end_silence')
    expect(stage.sent.messages.slice(before)).toMatchObject([{ body: JSON.stringify({ incident: 'open' }) }])
    const lines = stage.lines().filter(({ kind, outcome }) => kind === 'silence' && outcome === 'ended')
    expect(lines).toMatchObject([{ incident: 'open', by: '@bob', byId: 'U0BOB' }])
  })
})

describe('a command that comes again', () => {
  test('changes nothing, and is told so', async () => {
    const stage = await pressStage()
    await ask(stage, 'stop')
    const replay = stage.sign(commandBody({ text: 'resume' }))
    expect(await interact(replay, stage.ports)).toMatchObject({ outcome: 'resumed' })
    await ask(stage, 'stop')
    stage.time.nowMs += 60_000
    const answer = await interact(replay, stage.ports)
    expect(answer).toMatchObject({ status: 200, outcome: 'already_asked', body: { response_type: 'ephemeral' } })
    expect(textOf(answer)).toContain('resumed')
    expect(await guardStop(stage.ports.store)).toMatchObject({ guard: 'stopped' })
  })

  test('makes no second silence', async () => {
    const stage = await pressStage()
    const replay = stage.sign(commandBody({ text: 'silence alert.rule = x for 7d' }))
    for (let time = 0; time < 3; time++) {
      await interact(replay, stage.ports)
      stage.time.nowMs += 1000
    }
    expect(await silencesIn(stage.ports.store)).toHaveLength(1)
    expect(
      commandLines(stage)
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(['already_asked', 'asked', 'kept'])
  })

  test('typed anew is another', async () => {
    const stage = await pressStage()
    for (const text of ['stop', 'resume', 'stop', 'resume']) await ask(stage, text)
    expect(await guardStop(stage.ports.store)).toBeUndefined()
  })

  test('after it was broken off is not carried out, and says that what came of it is not known', async () => {
    const stage = await pressStage()
    const store = { ...stage.ports.store, put: refusing(stage, ({ pk }) => pk === 'control') }
    const request = stage.sign(commandBody({ text: 'stop' }))
    await expect(interact(request, { ...stage.ports, store })).rejects.toThrow('throttled')
    expect(textOf(await interact(request, stage.ports))).toContain('not known')
    expect(await guardStop(stage.ports.store)).toBeUndefined()
  })
})

const refusing =
  (stage: PressStage, which: (item: { readonly pk: string; readonly sk: string }) => boolean): PressStage['ports']['store']['put'] =>
  (item, expected) =>
    which(item) ? Promise.reject(new Error('throttled')) : stage.ports.store.put(item, expected)

describe('the journal', () => {
  test('has a command before anything is done for it: without that line nothing is', async () => {
    const stage = await pressStage()
    const store = { ...stage.ports.store, put: refusing(stage, ({ sk }) => sk.startsWith('journal#')) }
    await expect(interact(stage.sign(commandBody({ text: 'stop' })), { ...stage.ports, store })).rejects.toThrow('throttled')
    expect(await guardStop(stage.ports.store)).toBeUndefined()
  })

  test('has it also where what came of it cannot be written; the person is told all the same', async () => {
    const stage = await pressStage()
    const store = { ...stage.ports.store, put: refusing(stage, ({ sk }) => /^journal#.*-stopped$/.test(sk)) }
    expect(await interact(stage.sign(commandBody({ text: 'stop' })), { ...stage.ports, store })).toMatchObject({ outcome: 'stopped' })
    expect(commandLines(stage)).toMatchObject([{ outcome: 'asked', byId: 'U0ALICE' }])
  })

  test('says which person it was, whatever that person is called', async () => {
    const stage = await pressStage()
    await ask(stage, 'stop', { user: 'U0BOB', name: 'alice' })
    expect(commandLines(stage).map(({ by, byId }) => `${by} ${byId}`)).toEqual(['@alice U0BOB', '@alice U0BOB'])
    expect((await stage.ports.store.get('control', 'stop'))?.data).toMatchObject({ by: '@alice', byId: 'U0BOB' })
  })
})

describe('incidents', () => {
  test('are those that are not closed, the newest first, escaped, with a link', async () => {
    const stage = await pressStage()
    const nowNs = BigInt(stage.time.nowMs) * 1_000_000n
    await listed(stage, 'older', { title: 'older <!channel>', lastNs: String(nowNs - 9_000_000_000n) })
    await listed(stage, 'newer', { title: 'newer', lastNs: String(nowNs - 1_000_000_000n), status: 'contained' })
    await listed(stage, 'over', { title: 'over', status: 'closed' })
    const shown = textOf(await ask(stage, 'incidents'))
    expect(shown.indexOf('newer')).toBeLessThan(shown.indexOf('older'))
    expect(shown).not.toContain('over<')
    expect(shown).not.toContain('<!channel>')
    expect(shown).toContain('<https://page.example/incidents/newer|')
    expect(shown).not.toContain('incidents/over')
    const one = textOf(await ask(stage, 'incidents 1'))
    expect(one).toContain('… and 1 more')
    expect(one).not.toContain('older')
  })

  test('of many days and many a day are bounded, and that is said', async () => {
    const stage = await pressStage()
    const reads: number[] = []
    for (let count = 0; count < 320; count++) await listed(stage, `i-${count}`)
    const { store } = stage.ports
    const counting = {
      ...store,
      getMany: (keys: Parameters<typeof store.getMany>[0]) => {
        reads.push(keys.length)
        return store.getMany(keys)
      },
    }
    const answer = await takeCommand(commandFields({ text: 'status' }), { ...stage.ports, store: counting })
    expect(reads.reduce((sum, one) => sum + one, 0)).toBe(300)
    expect(Math.max(...reads)).toBe(100)
    expect(JSON.stringify(answer.body)).toContain('300 open')
    expect(JSON.stringify(answer.body)).toContain('there may be more')
  }, 60_000)

  test('none: that is said', async () => {
    expect(textOf(await ask(await pressStage(), 'incidents'))).toContain('No incident is open.')
  })
})
