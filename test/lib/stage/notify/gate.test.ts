import { describe, expect, test } from 'vitest'
import { CHANNEL, MINUTE, notifyStage, refusal, route } from './stage.ts'

const BACKUP = 'C0BACKUP'
const ROUTES = [route(), route({ name: 'else', fallback: true, slack: { channel: BACKUP } })]
const posts = (stage: ReturnType<typeof notifyStage>, channel = CHANNEL) => stage.calls.filter((call) => call === `post ${channel}`).length

describe('asked to wait', () => {
  test('nobody sleeps: while a channel is paused no incident posts there, and each waits for the time that is left', async () => {
    const stage = notifyStage()
    stage.disturb.by = (call) => (call === 'post' ? refusal('throttled', 'wait', 40) : undefined)
    await stage.notice((await stage.see('web-1')).id)
    await stage.settle()
    stage.time.nowMs += 10_000
    await stage.notice((await stage.see('web-2')).id)
    await stage.settle()
    expect(stage.failures).toMatchObject([{ retryAfterSeconds: 40 }, { retryAfterSeconds: 30 }])
    expect(posts(stage)).toBe(1)
    stage.disturb.by = () => undefined
    await stage.pass(40_000, 1000)
    expect(stage.chat.messages).toHaveLength(2)
    expect(stage.failures).toHaveLength(2)
  })

  test('a channel does not make another wait, nor posts make edits wait', async () => {
    const stage = notifyStage({ routes: [route(), route({ name: 'other', slack: { channel: 'C0OTHER' } })] })
    const { id } = await stage.see('web-1')
    await stage.notice(id)
    await stage.settle()
    stage.disturb.by = (call, channel) => (call === 'post' && channel === CHANNEL ? refusal('throttled', 'wait', 40) : undefined)
    await stage.notice((await stage.see('web-2')).id)
    await stage.notice((await stage.see('web-3', 3, { routes: ['other'] })).id)
    await stage.see('web-1', 5)
    await stage.notice(id)
    await stage.settle()
    expect(stage.chat.messages.map(({ channel, edits }) => [channel, edits])).toEqual([
      [CHANNEL, 1],
      ['C0OTHER', 0],
    ])
  })

  test('edits are asked to wait for all channels at once, as Slack counts them', async () => {
    const stage = notifyStage()
    const ids = [(await stage.see('web-1', 2)).id, (await stage.see('web-2', 2)).id]
    for (const id of ids) await stage.notice(id)
    await stage.settle()
    stage.disturb.by = (call) => (call === 'update' ? refusal('throttled', 'wait', 20) : undefined)
    for (const [at, id] of ids.entries()) {
      await stage.see(`web-${at + 1}`, 4)
      await stage.notice(id)
    }
    await stage.settle()
    expect(stage.calls.filter((call) => call.startsWith('update'))).toHaveLength(1)
    stage.disturb.by = () => undefined
    await stage.pass(MINUTE)
    expect(stage.chat.messages.map(({ message }) => message.text)).toEqual([expect.stringMatching(/^High/), expect.stringMatching(/^High/)])
  })

  test('what is asked to wait again and again is not given up by the queue', async () => {
    const stage = notifyStage()
    stage.disturb.by = (call) => (call === 'post' ? refusal('throttled', 'wait', 30) : undefined)
    await stage.notice((await stage.see('web-1')).id)
    await stage.pass(20 * MINUTE)
    stage.disturb.by = () => undefined
    await stage.pass(3 * MINUTE)
    expect(stage.chat.messages).toHaveLength(1)
  })
})

describe('what only an operator can end', () => {
  test('is told once, not for each message: in the journal, the log, and the fallback channel', async () => {
    const stage = notifyStage({ routes: ROUTES })
    stage.disturb.by = (call, channel) =>
      call === 'post' && channel === CHANNEL ? refusal('invalid_config', 'not_in_channel: invite the app') : undefined
    for (let count = 0; count < 10; count++) await stage.notice((await stage.see(`web-${count}`)).id)
    await stage.settle()
    expect(posts(stage)).toBe(1)
    expect(stage.failures).toEqual([])
    const lines = (await stage.journal()).filter(({ kind }) => kind === 'operator')
    expect(lines).toMatchObject([{ what: `telling ${CHANNEL}`, outcome: 'failed', why: expect.stringContaining('invite the app') }])
    expect(stage.logged.filter((line) => line.startsWith('error'))).toEqual(['error: chat needs an operator'])
    expect(stage.chat.messages).toMatchObject([{ channel: BACKUP, message: { text: `Creance: telling ${CHANNEL} fails` } }])
  })

  test('also keeps edits from being tried in vain; they are made when it works again', async () => {
    const stage = notifyStage()
    const ids = []
    for (const name of ['web-1', 'web-2', 'web-3']) ids.push((await stage.see(name, 2)).id)
    for (const id of ids) await stage.notice(id)
    await stage.settle()
    stage.disturb.by = () => refusal('invalid_config', 'is_archived')
    for (const name of ['web-1', 'web-2', 'web-3']) await stage.see(name, 4)
    for (const id of ids) await stage.notice(id)
    await stage.settle()
    expect(stage.calls.filter((call) => call.startsWith('update'))).toHaveLength(1)
    stage.disturb.by = () => undefined
    await stage.pass(3 * MINUTE)
    expect(stage.chat.messages.map(({ message }) => message.text.split(':')[0])).toEqual(['High', 'High', 'High'])
  })

  test('is tried after 1, 5 and 15 minutes and then every 15, once each time', async () => {
    const stage = notifyStage()
    const tries: number[] = []
    const began = stage.time.nowMs
    stage.disturb.by = (call) => {
      if (call !== 'post') return undefined
      tries.push(Math.round((stage.time.nowMs - began) / MINUTE))
      return refusal('invalid_config', 'is_archived')
    }
    for (let count = 0; count < 5; count++) await stage.notice((await stage.see(`web-${count}`)).id)
    await stage.settle()
    await stage.pass(60 * MINUTE, MINUTE)
    expect(tries).toEqual([0, 1, 6, 21, 36, 51])
    expect((await stage.journal()).filter(({ kind }) => kind === 'operator')).toHaveLength(1)
  })

  test('when it works again, all that waited is told, and that it works is told once', async () => {
    const stage = notifyStage()
    stage.disturb.by = (call) => (call === 'post' ? refusal('invalid_config', 'channel_not_found') : undefined)
    for (let count = 0; count < 5; count++) await stage.notice((await stage.see(`web-${count}`)).id)
    await stage.settle()
    await stage.pass(3 * MINUTE)
    stage.disturb.by = () => undefined
    await stage.pass(6 * MINUTE)
    expect(stage.chat.messages.map(({ key }) => key)).toHaveLength(5)
    expect(new Set(stage.chat.messages.map(({ key }) => key)).size).toBe(5)
    const lines = (await stage.journal()).filter(({ kind }) => kind === 'operator')
    expect(lines.map(({ outcome }) => outcome)).toEqual(['failed', 'works_again'])
    await stage.notice((await stage.see('web-9')).id)
    await stage.settle()
    expect(stage.chat.messages).toHaveLength(6)
  })

  test('trouble that comes back is told again', async () => {
    const stage = notifyStage()
    const outage = async (name: string) => {
      stage.disturb.by = (call) => (call === 'post' ? refusal('invalid_config', 'not_in_channel') : undefined)
      await stage.notice((await stage.see(name)).id)
      await stage.settle()
      stage.disturb.by = () => undefined
      await stage.pass(2 * MINUTE)
    }
    await outage('web-1')
    await outage('web-2')
    const lines = (await stage.journal()).filter(({ kind }) => kind === 'operator')
    expect(lines.map(({ outcome }) => outcome)).toEqual(['failed', 'works_again', 'failed', 'works_again'])
  })

  test('a wrong token is told once for all channels, and none of them is tried in vain', async () => {
    const stage = notifyStage({ routes: [...ROUTES, route({ name: 'other', slack: { channel: 'C0OTHER' } })] })
    stage.disturb.by = () => refusal('unauthorized', 'invalid_auth: is the bot token right?')
    for (const name of ['all', 'other', 'else', 'all']) await stage.notice((await stage.see(`web-${name}`, 3, { routes: [name] })).id)
    await stage.settle()
    expect(stage.calls).toEqual([`post ${CHANNEL}`])
    const lines = (await stage.journal()).filter(({ kind }) => kind === 'operator')
    expect(lines).toMatchObject([{ what: 'the token of the chat app', outcome: 'failed' }])
    stage.disturb.by = () => undefined
    await stage.pass(7 * MINUTE)
    expect(stage.chat.messages).toHaveLength(3)
  })

  test('where the fallback channel does not work either, nothing is worse for it', async () => {
    const stage = notifyStage({ routes: ROUTES })
    stage.disturb.by = (call) => (call === 'post' ? refusal('invalid_config', 'not_in_channel') : undefined)
    await stage.notice((await stage.see('web-1')).id)
    await stage.settle()
    expect(stage.failures).toEqual([])
    stage.disturb.by = () => undefined
    await stage.pass(2 * MINUTE)
    expect(stage.chat.messages).toMatchObject([{ channel: CHANNEL }])
  })

  test('reading that is not permitted does not keep anybody from posting', async () => {
    const stage = notifyStage()
    stage.disturb.by = (call) => (call === 'find' ? refusal('not_permitted', 'missing_scope') : call === 'post' ? 'lose' : undefined)
    await stage.notice((await stage.see('web-1')).id)
    await stage.settle()
    stage.disturb.by = (call) => (call === 'find' ? refusal('not_permitted', 'missing_scope') : undefined)
    await stage.notice((await stage.see('web-2')).id)
    await stage.settle()
    expect(stage.chat.messages).toHaveLength(2)
    stage.disturb.by = () => undefined
    await stage.pass(7 * MINUTE)
    expect(stage.chat.messages).toHaveLength(2)
    expect((await stage.journal()).filter(({ kind }) => kind === 'operator').map(({ outcome }) => outcome)).toEqual([
      'failed',
      'works_again',
    ])
  })

  test.each([
    { name: 'asks to wait', fault: refusal('throttled', 'wait', 20) },
    { name: 'does not answer', fault: refusal('unavailable', 'no answer') },
  ])('is told in the fallback channel when that $name at first', async ({ fault }) => {
    const stage = notifyStage({ routes: ROUTES })
    let left = 1
    stage.disturb.by = (call, channel) => {
      if (call !== 'post') return undefined
      if (channel === BACKUP) return left-- > 0 ? fault : undefined
      return refusal('invalid_config', 'not_in_channel: invite the app')
    }
    await stage.notice((await stage.see('web-1')).id)
    await stage.settle()
    await stage.pass(30 * MINUTE)
    expect(stage.chat.messages).toMatchObject([{ channel: BACKUP, message: { text: `Creance: telling ${CHANNEL} fails` } }])
    expect(stage.logged.filter((line) => line === 'error: chat needs an operator')).toHaveLength(1)
    expect((await stage.journal()).filter(({ kind }) => kind === 'operator')).toHaveLength(1)
  })

  test('is not told into a channel that asked to wait', async () => {
    const stage = notifyStage({ routes: ROUTES })
    stage.disturb.by = (call, channel) => (call === 'post' && channel === BACKUP ? refusal('throttled', 'wait', 600) : undefined)
    await stage.notice((await stage.see('web-1', 3, { routes: ['else'] })).id)
    await stage.settle()
    stage.disturb.by = (call, channel) => (call === 'post' && channel === CHANNEL ? refusal('invalid_config', 'is_archived') : undefined)
    await stage.notice((await stage.see('web-2')).id)
    await stage.settle()
    expect(posts(stage, BACKUP)).toBe(1)
    await stage.pass(30 * MINUTE)
    expect(stage.chat.messages.map(({ channel, message }) => [channel, message.text.split(':')[0]]).toSorted()).toEqual([
      [BACKUP, 'Creance'],
      [BACKUP, 'Medium'],
    ])
  })
})
