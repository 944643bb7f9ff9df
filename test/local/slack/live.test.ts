import { expect, test } from 'vitest'
import type { RunningSlack } from '../../../local/slack/slack.ts'
import { CHANNEL, clientOf, testModal, testSlack } from './stand-in.ts'

type Event = { readonly event: string; readonly data: { readonly [key: string]: unknown } }

/** Reads server-sent events one by one. */
async function* eventsOf(slack: RunningSlack, user: string): AsyncGenerator<Event> {
  const response = await fetch(`${slack.url}/live?user=${user}`)
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/m.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      yield { event, data: JSON.parse(data) }
    }
  }
}

test('a viewer gets everything at first, then each change, but not what is for others', async () => {
  const slack = await testSlack()
  const client = clientOf(slack)
  const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'line 1\n\nevent: hello\ndata: {}' })
  await client.chat.postEphemeral({ channel: CHANNEL, user: 'UBOB', text: 'for Bob' })
  const bob = eventsOf(slack, 'UBOB')
  const ada = eventsOf(slack, 'UADA')
  const texts = (event: Event) => (event.data.messages as { text: string }[]).map(({ text }) => text)

  const [forAda, forBob] = [(await ada.next()).value, (await bob.next()).value]
  expect(forAda).toMatchObject({ event: 'hello', data: { you: 'UADA', domain: 'acme', bot: 'Creance' } })
  expect(texts(forAda)).toEqual(['line 1\n\nevent: hello\ndata: {}'])
  expect(texts(forBob)).toEqual(['line 1\n\nevent: hello\ndata: {}', 'for Bob'])

  await client.chat.postEphemeral({ channel: CHANNEL, user: 'UBOB', text: 'for Bob again' })
  await client.chat.update({ channel: CHANNEL, ts, text: 'for all' })
  await client.chat.delete({ channel: CHANNEL, ts })
  expect((await bob.next()).value).toMatchObject({ event: 'change', data: { kind: 'posted', message: { text: 'for Bob again' } } })
  expect((await ada.next()).value).toMatchObject({ event: 'change', data: { kind: 'updated', message: { ts, text: 'for all' } } })
  expect((await ada.next()).value).toMatchObject({ event: 'change', data: { kind: 'deleted', message: { ts } } })
})

test('who is not known looks on as the first user', async () => {
  const slack = await testSlack()
  expect((await eventsOf(slack, 'UNOBODY').next()).value).toMatchObject({ data: { you: 'UADA', messages: [] } })
})

test('a modal is told to the one who has it, whenever it changes', async () => {
  const { slack, client, viewId } = await testModal()
  const [ada, bob] = [eventsOf(slack, 'UADA'), eventsOf(slack, 'UBOB')]
  const [forAda, forBob] = [(await ada.next()).value, (await bob.next()).value]
  expect([forAda.data.views, forBob.data.views]).toMatchObject([[{ id: viewId, hash: expect.any(String) }], []])
  await slack.dismiss({ user: 'UADA', viewId })
  await client.chat.postMessage({ channel: CHANNEL, text: 'for all' })
  expect((await ada.next()).value).toEqual({ event: 'views', data: [] })
  expect((await bob.next()).value).toMatchObject({ event: 'change', data: { message: { text: 'for all' } } })
})

test('a direct message is told to its user alone', async () => {
  const slack = await testSlack()
  const client = clientOf(slack)
  await client.chat.postMessage({ channel: 'UBOB', text: 'for Bob' })
  const [ada, bob] = [eventsOf(slack, 'UADA'), eventsOf(slack, 'UBOB')]
  const [forAda, forBob] = [(await ada.next()).value, (await bob.next()).value]
  expect([forAda.data.messages, forBob.data.messages]).toMatchObject([[], [{ text: 'for Bob', channel: 'DBOB' }]])
  expect(forBob.data.channels).toContainEqual({ id: 'DBOB', name: 'bob', user: 'UBOB' })
  await client.chat.postMessage({ channel: 'UBOB', text: 'for Bob again' })
  await client.chat.postMessage({ channel: CHANNEL, text: 'for all' })
  expect((await ada.next()).value).toMatchObject({ data: { message: { text: 'for all' } } })
})
