import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { WebClient } from '@slack/web-api'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { mountSlack } from '../../../local/slack/slack.ts'
import { actions, button, CHANNEL, SETTINGS, TOKEN, testMessage } from './stand-in.ts'

test('a listener hears of changes until it leaves', async () => {
  const { slack, client, ts } = await testMessage()
  const heard: string[] = []
  const leave = slack.on(({ kind, message }) => heard.push(`${kind} ${message.text}`))
  onTestFinished(leave)
  await client.chat.update({ channel: CHANNEL, ts, text: 'y' })
  await client.chat.postMessage({ channel: CHANNEL, text: 'z' })
  await client.chat.delete({ channel: CHANNEL, ts })
  leave()
  await client.chat.postMessage({ channel: CHANNEL, text: 'unheard' })
  expect(heard).toEqual(['updated y', 'posted z', 'deleted y'])
})

test('mounted on a server of others, it takes its own paths only', async () => {
  const outer = new Hono()
  const server = createServer(getRequestListener((incoming, env) => outer.fetch(incoming, env)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const slack = mountSlack({ ...SETTINGS, baseUrl, interactionsUrl: `${baseUrl}/slack/interactions` })
  outer.route('/', slack.app)
  const presses: string[] = []
  outer.post('/slack/interactions', async (context) => {
    presses.push(await context.req.text())
    return context.text('theirs')
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    slack.close()
  })

  const client = new WebClient(TOKEN, { slackApiUrl: `${baseUrl}/api/` })
  const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [actions(button('go'))] })
  expect(await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })).toEqual({ status: 200, body: 'theirs' })
  expect(presses).toHaveLength(1)
  const theirs = await fetch(`${baseUrl}/slack/interactions`, { method: 'POST' })
  expect([theirs.headers.get('content-security-policy'), theirs.headers.get('x-content-type-options')]).toEqual([null, null])
  expect((await fetch(`${baseUrl}/elsewhere`)).status).toBe(404)
})
