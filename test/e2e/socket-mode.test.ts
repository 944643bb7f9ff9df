import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { alertsOn } from '../../local/demo/alerts.ts'
import { deployWorkloads } from '../../local/demo/workload.ts'
import { type KubernetesApi, startKubernetesApi } from '../../local/kubernetes/server.ts'
import { type RunningSlack, startSlack } from '../../local/slack/slack.ts'
import { STAND_IN } from '../../local/stand-in/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/free-ports.ts'
import { type Installation, type InstallationSettings, startInstallation } from '../support/installation.ts'
import { demoRules } from '../support/rules.ts'
import { APP_TOKEN, type SocketModeServer, startSocketModeServer } from '../support/socket-mode.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// `creance local` in a process of its own, which Slack cannot reach: it tells through the Web API, and hears of presses over a socket.
const CHANNEL = 'C0ALERTS'
let settings: InstallationSettings
let slack: RunningSlack
let socket: SocketModeServer
let api: KubernetesApi
let stops: (() => unknown)[]

beforeEach(async () => {
  const folder = temporaryFolder()
  const [listen, http] = await freePorts(2)
  api = await startKubernetesApi()
  slack = await startSlack({ ...STAND_IN, signingSecret: 'nobody signs here', interactionsUrl: 'http://127.0.0.1:9/' })
  socket = await startSocketModeServer({ webApi: slack.apiUrl })
  stops = [() => folder.remove(), api.stop, slack.stop, socket.stop]
  const kubeconfig = join(folder.path, 'kubeconfig')
  writeFileSync(kubeconfig, api.kubeconfig)
  settings = {
    data: join(folder.path, 'data'),
    rules: demoRules(folder.path),
    kubeconfig,
    slackApi: socket.apiUrl,
    slackToken: STAND_IN.token,
    appToken: APP_TOKEN,
    listen: `127.0.0.1:${listen}`,
    http: `127.0.0.1:${http}`,
  }
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
})

async function start(): Promise<Installation> {
  const installation = await startInstallation(settings)
  stops.push(installation.kill)
  return installation
}

async function alert(): Promise<void> {
  const pods = await deployWorkloads(kubernetesCluster(kubeConfig({ text: api.kubeconfig })))
  for (const body of alertsOn(pods.nginx, new URL('../../local/demo/alerts/shell-then-shadow.jsonl', import.meta.url)))
    expect((await fetch(`http://${settings.listen}/`, { method: 'POST', body })).status).toBe(200)
}

type Button = { readonly type: string; readonly action_id: string; readonly block_id?: string; readonly value?: string }

/** Every object with this action id in a message, however deep. */
function buttonsIn(part: unknown, actionId: string): readonly Button[] {
  if (typeof part !== 'object' || part === null) return []
  const here = 'action_id' in part && part.action_id === actionId ? [part as Button] : []
  return [...here, ...Object.values(part).flatMap((one) => buttonsIn(one, actionId))]
}

/** As Slack pushes a press of Alice's. */
async function press(actionId: string, user = 'U0ALICE'): Promise<void> {
  const { ts, button } = await eventually(() => {
    for (const message of slack.messages(CHANNEL)) {
      const [button] = buttonsIn(message, actionId)
      if (button) return { ts: message.ts, button }
    }
    return expect.fail(`no button ${actionId}`)
  })
  const before = socket.acknowledgements.length
  socket.push('interactive', {
    type: 'block_actions',
    api_app_id: 'A0CREANCE',
    team: { id: 'T0CREANCE', domain: 'stand-in' },
    channel: { id: CHANNEL, name: 'alerts' },
    user: { id: user, username: user.slice(2).toLowerCase(), team_id: 'T0CREANCE' },
    container: { type: 'message', message_ts: ts, channel_id: CHANNEL },
    trigger_id: '1.2.abc',
    actions: [{ ...button, action_ts: `${Date.now() / 1000}` }],
  })
  await eventually(() => expect(socket.acknowledgements.length).toBe(before + 1))
}

const policies = () => api.writes().filter(({ verb, kind, status }) => verb === 'create' && kind === 'NetworkPolicy' && status < 300)

test('a press over the socket isolates the pod, also after the connection was cut; what it may not do, it does not', async () => {
  const installation = await start()
  await alert()
  await press('creance.isolate', 'U0MALLORY')
  socket.drop()
  await eventually(() => expect(socket.greeted()).toBe(2))
  expect(policies()).toEqual([])
  await press('creance.isolate')
  await eventually(() => expect(policies()).toHaveLength(1))
  expect(installation.log().filter(({ level }) => level === 'error')).toEqual([])
})

test('health and a metric say whether the socket is up; there is no URL for presses; the end is clean', async () => {
  const installation = await start()
  const get = async (path: string) => (await fetch(`http://${settings.http}${path}`)).text()
  expect(JSON.parse(await get('/healthz'))).toEqual({ status: 'ok', slack_socket: 'connected' })
  expect(await get('/metrics')).toMatch(/^creance_slack_socket_connected 1$/m)
  const posted = await fetch(`http://${settings.http}/slack/interactions`, { method: 'POST', body: 'payload={}' })
  expect(posted.status).toBe(404)
  await socket.stop()
  await eventually(async () => {
    expect(JSON.parse(await get('/healthz'))).toEqual({ status: 'ok', slack_socket: 'not connected' })
    expect(await get('/metrics')).toMatch(/^creance_slack_socket_connected 0$/m)
  })
  await installation.stop()
})

test('with a token that Slack does not take, it does not start, and says what to do', async () => {
  settings = { ...settings, appToken: 'xapp-1-A0CREANCE-1-other' }
  await expect(start()).rejects.toThrow(/Slack socket: invalid_auth: is the app token/)
})
