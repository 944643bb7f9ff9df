import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { slackDialog } from '../../../lib/adapter/slack-dialog.ts'
import { noticeModal } from '../../../lib/slack/modal.ts'

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown } | 'never'
const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A Web API and response URLs that answer as told. */
async function api(answer: Answer) {
  const received: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] = []
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(await request.toArray()).toString() })
    if (answer === 'never') return
    const { status = 200, headers = {}, body = { ok: true, view: { id: 'V1' } } } = answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  })
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { base, received, dialog: slackDialog({ token: 'xoxb-test', apiUrl: `${base}/api/` }) }
}

const MODAL = noticeModal('x', 'y')
const MESSAGE = { text: 'High: x', color: '#c62828', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x' } }] }

describe('a dialog', () => {
  test('is opened with the trigger, and its id answered', async () => {
    const { dialog, received } = await api({})
    expect(await dialog.open('1.2.3', MODAL)).toBe('V1')
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = received
    expect(path).toBe('/api/views.open')
    expect(headers.authorization).toBe('Bearer xoxb-test')
    const form = new URLSearchParams(body)
    expect(form.get('trigger_id')).toBe('1.2.3')
    expect(JSON.parse(form.get('view') ?? '')).toEqual(MODAL)
  })

  test.each([
    ['a trigger that is too old', { body: { ok: false, error: 'expired_trigger_id' } }, 'invalid_input'],
    ['a trigger that was used', { body: { ok: false, error: 'exchanged_trigger_id' } }, 'invalid_input'],
    ['a wrong token', { body: { ok: false, error: 'invalid_auth' } }, 'unauthorized'],
    ['too many', { status: 429, headers: { 'retry-after': '7' } }, 'throttled'],
    ['a failure of Slack’s', { status: 500 }, 'unavailable'],
  ] as const)('that meets %s throws a code', async (_name, answer, code) => {
    const { dialog, received } = await api(answer)
    await expect(dialog.open('1.2.3', MODAL)).rejects.toMatchObject({ code })
    expect(received).toHaveLength(1)
  })

  test('that nobody answers is given up before Slack gives up', async () => {
    const { dialog } = await api('never')
    await expect(dialog.open('1.2.3', MODAL)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('that was closed meanwhile need not be brought up to date', async () => {
    await (await api({ body: { ok: false, error: 'not_found' } })).dialog.update('V1', MODAL)
    await expect((await api({ body: { ok: false, error: 'invalid_auth' } })).dialog.update('V1', MODAL)).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })
})

describe('a message', () => {
  test('is replaced at the response URL, without the token', async () => {
    const { dialog, received, base } = await api({})
    await dialog.replace(`${base}/actions/T1/1/x`, MESSAGE)
    expect(received).toMatchObject([{ path: '/actions/T1/1/x' }])
    expect(received[0]?.headers.authorization).toBeUndefined()
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      replace_original: true,
      attachments: [{ color: '#c62828', fallback: 'High: x', blocks: MESSAGE.blocks }],
    })
  })

  test.each([
    'http://hooks.slack.com/actions/x',
    'https://hooks.slack.com.evil.example/actions/x',
    'https://evil.example/hooks.slack.com',
    'https://hooks.slack.com@evil.example/',
    'https://user:pass@hooks.slack.com/actions/x',
    'https://hooks.slack.com:8443/actions/x',
    'https://slack.com/actions/x',
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:1/actions/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'hooks.slack.com/actions/x',
    '',
  ])('is never posted to %s', async (url) => {
    const { dialog, received } = await api({})
    await expect(dialog.replace(url, MESSAGE)).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(slackDialog({ token: 'x' }).replace(url, MESSAGE)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(received).toEqual([])
  })

  test('is not posted where a redirect leads', async () => {
    const elsewhere = await api({})
    const { dialog, base } = await api({ status: 307, headers: { location: `${elsewhere.base}/x` } })
    await expect(dialog.replace(`${base}/actions/x`, MESSAGE)).rejects.toMatchObject({ code: 'unavailable' })
    expect(elsewhere.received).toEqual([])
  })

  test('is given up after a second', async () => {
    const { dialog, base } = await api('never')
    await expect(dialog.replace(`${base}/actions/x`, MESSAGE)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
