import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSlack } from '../../../local/slack/slack.ts'
import { actions, button, CHANNEL, clientOf, SETTINGS, testApp, testSlack } from './stand-in.ts'

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slack-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'slack.sqlite')
}

test('messages, threads, ephemeral ones and response URLs outlive a restart', async () => {
  const file = temporaryFile()
  const app = await testApp()
  const clock = () => 1_700_000_000_000
  const before = await startSlack({ ...SETTINGS, file, clock, interactionsUrl: app.url })
  const client = clientOf(before)
  const metadata = { event_type: 'incident', event_payload: { key: 'i-1' } }
  const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'parent', blocks: [actions(button('go'))], metadata })
  await client.chat.postMessage({ channel: CHANNEL, text: 'reply', thread_ts: ts })
  await client.chat.postEphemeral({ channel: CHANNEL, user: 'UADA', text: 'psst' })
  await before.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
  const kept = before.messages()
  await before.stop()

  const after = await testSlack({ file, clock })
  expect(kept).toHaveLength(3)
  expect(after.messages()).toEqual(kept)
  const { response_url } = JSON.parse(new URLSearchParams(app.received[0]?.body).get('payload') ?? '')
  await fetch(after.url + new URL(response_url).pathname, { method: 'POST', body: '{"text":"replaced","replace_original":true}' })
  expect(after.messages()[0]).toMatchObject({ ts, text: 'replaced', metadata })
})

test('a new message sorts after the old ones even when the clock went back', async () => {
  const file = temporaryFile()
  const before = await startSlack({ ...SETTINGS, file, clock: () => 2_000_000_000_000 })
  const first = await clientOf(before).chat.postMessage({ channel: CHANNEL, text: '1' })
  await before.stop()
  const second = await clientOf(await testSlack({ file, clock: () => 1_000_000_000_000 })).chat.postMessage({ channel: CHANNEL, text: '2' })
  expect([first.ts, second.ts]).toEqual(['2000000000.000000', '2000000000.000001'])
})

test('a file that cannot be opened fails the start', async () => {
  const start = startSlack({ ...SETTINGS, file: join(temporaryFile(), 'no', 'such', 'folder') })
  await expect(start).rejects.toMatchObject({ code: 'invalid_config' })
})

test('without a file nothing is left', async () => {
  const before = await startSlack(SETTINGS)
  await clientOf(before).chat.postMessage({ channel: CHANNEL, text: 'x' })
  await before.stop()
  expect((await testSlack()).messages()).toEqual([])
})
