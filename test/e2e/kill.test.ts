import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { readJournal } from '../../lib/incident/journal.ts'
import { type IncidentView, loadView } from '../../lib/response/view.ts'
import { alertsOn } from '../../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, podsOf } from '../../local/demo/workload.ts'
import { type KubernetesApi, startKubernetesApi } from '../../local/kubernetes/server.ts'
import { type RunningSlack, startSlack } from '../../local/slack/slack.ts'
import { STAND_IN } from '../../local/stand-in/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/free-ports.ts'
import { type Installation, type InstallationSettings, startInstallation } from '../support/installation.ts'
import { demoRules } from '../support/rules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// `creance local` in a process of its own, killed with -9 at the worst points, and started again. The cluster and the chat live in this
// process, so that they remember every write and every post.
const CHANNEL = 'C0ALERTS'
let settings: InstallationSettings
let api: KubernetesApi
let slack: RunningSlack
let installation: Installation
let pods: { readonly nginx: DemoPod; readonly payments: DemoPod }
let stops: (() => unknown)[]
/** What is to happen, once, when this write or post has taken effect and its answer is still out. */
let onWrite: { readonly verb: string; readonly kind: string } | undefined
let onPost: 'chat.postMessage' | undefined

beforeEach(async () => {
  const folder = temporaryFolder()
  stops = [() => folder.remove()]
  onWrite = undefined
  onPost = undefined
  const [listen, http] = await freePorts(2)
  api = await startKubernetesApi({
    onWritten: async ({ verb, kind }) => {
      if (onWrite?.verb !== verb || onWrite.kind !== kind) return
      onWrite = undefined
      await installation.kill()
    },
  })
  const signingSecret = 'a signing secret of the test'
  slack = await startSlack({
    ...STAND_IN,
    signingSecret,
    interactionsUrl: `http://127.0.0.1:${http}/slack/interactions`,
    onCall: (method) => {
      if (method !== onPost) return undefined
      onPost = undefined
      setImmediate(() => void installation.kill())
      return 'lose'
    },
  })
  stops.push(api.stop, slack.stop, () => installation.kill())
  const kubeconfig = join(folder.path, 'kubeconfig')
  writeFileSync(kubeconfig, api.kubeconfig)
  pods = await deployWorkloads(kubernetesCluster(kubeConfig({ text: api.kubeconfig })))
  settings = {
    data: join(folder.path, 'data'),
    rules: demoRules(folder.path),
    kubeconfig,
    slackApi: slack.apiUrl,
    slackToken: STAND_IN.token,
    signingSecret,
    listen: `127.0.0.1:${listen}`,
    http: `127.0.0.1:${http}`,
  }
  installation = await startInstallation(settings)
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
})

const restart = async (): Promise<void> => {
  await installation.kill()
  installation = await startInstallation(settings)
}

async function alert(pod: DemoPod, recording: string): Promise<void> {
  for (const body of alertsOn(pod, new URL(`../../local/demo/alerts/${recording}.jsonl`, import.meta.url))) {
    const { status } = await fetch(`http://${settings.listen}/`, { method: 'POST', body })
    expect(status).toBe(200)
  }
}

/** Every incident in the table, with its journal. Opens the database beside the running process, as any reader may. */
async function everything(): Promise<readonly (IncidentView & { readonly lines: readonly string[] })[]> {
  const database = openDatabase(join(settings.data, 'store.db'))
  try {
    const store = sqliteStore(database, { clock: Date.now })
    const ids = (await store.query(`incidents#${new Date().toISOString().slice(0, 10)}`)).map(({ sk }) => sk)
    const views = await Promise.all(
      ids.map(async (incident) => {
        const lines = (await readJournal(store, { incident })).map(({ kind, action, outcome }) =>
          [kind, action, outcome].filter(Boolean).join(' '),
        )
        return { ...((await loadView(store, incident)) ?? expect.fail('no view')), lines }
      }),
    )
    return views
  } finally {
    database.close()
  }
}

/** Those that are no reply in a thread. */
const channelMessages = () =>
  slack
    .messages(CHANNEL)
    .filter(({ threadTs }) => threadTs === undefined)
    .map((message) => ({ ts: message.ts, text: JSON.stringify(message) }))
/** A process that died at a message is waited for so long before another edits it. */
const LEASED_MS = 75_000
const writes = (verb: string, kind: string) =>
  api.writes().filter((write) => write.verb === verb && write.kind === kind && write.status < 300)

async function press(actionId: string): Promise<void> {
  const { ts } = await eventually(
    () => channelMessages().find(({ text }) => text.includes(`"${actionId}"`)) ?? expect.fail(`no button ${actionId}`),
  )
  expect(await slack.press({ user: 'U0ALICE', channel: CHANNEL, ts, actionId })).toMatchObject({ status: 200 })
}

test('killed right after the alerts were acknowledged: both are in the one incident, posted once', async () => {
  await alert(pods.nginx, 'shell-then-shadow')
  await restart()
  await eventually(async () => {
    expect(await everything()).toMatchObject([{ incident: { count: 2, correlations: ['Shell then credential read'] } }])
    expect(channelMessages()).toMatchObject([{ text: expect.stringContaining('creance.isolate') }])
  }, LEASED_MS)
})

test('killed after Slack took the post and before it answered: the message is found again, not posted again', async () => {
  onPost = 'chat.postMessage'
  await alert(pods.nginx, 'shell-then-shadow')
  await eventually(() => expect(onPost).toBeUndefined())
  await restart()
  await press('creance.isolate')
  await eventually(() => {
    expect(channelMessages()).toHaveLength(1)
    expect(channelMessages()[0]?.text).toMatch(/\*Isolate\* done/)
  }, LEASED_MS)
})

test('killed right after a press was answered: the action is done once, and the message says so', async () => {
  await alert(pods.nginx, 'shell-then-shadow')
  await press('creance.isolate')
  await restart()
  await eventually(() => expect(channelMessages()[0]?.text).toMatch(/\*Isolate\* done/), LEASED_MS)
  expect(writes('create', 'NetworkPolicy')).toHaveLength(1)
  expect(channelMessages()).toHaveLength(1)
  expect((await everything())[0]?.lines.filter((line) => line.startsWith('press') || line.startsWith('outcome'))).toEqual([
    'press isolate accepted',
    'outcome isolate done',
  ])
})

test('killed after the NetworkPolicy was made and before the API server answered: no second one, and the pod is cut off', async () => {
  onWrite = { verb: 'create', kind: 'NetworkPolicy' }
  await alert(pods.nginx, 'shell-then-shadow')
  await press('creance.isolate')
  await eventually(() => expect(onWrite).toBeUndefined())
  await restart()
  await eventually(() => expect(channelMessages()[0]?.text).toMatch(/\*Isolate\* done/), LEASED_MS)
  expect(writes('create', 'NetworkPolicy')).toHaveLength(1)
  expect(writes('patch', 'Pod')).toHaveLength(1)
  const [view] = await everything()
  expect(view?.incident.status).toBe('contained')
  expect(view?.lines.filter((line) => line.startsWith('action') || line.startsWith('outcome'))).toEqual([
    'action isolate begun',
    'outcome isolate done',
  ])
})

test('killed after a pod was deleted and before the API server answered: it counts as done, and the new pod is left alone', async () => {
  onWrite = { verb: 'delete', kind: 'Pod' }
  await alert(pods.payments, 'netcat-shell')
  await eventually(() => expect(onWrite).toBeUndefined())
  await restart()
  await eventually(async () => expect((await everything())[0]?.lines).toContain('outcome delete done'))
  expect(writes('delete', 'Pod')).toHaveLength(1)
  const [young, ...more] = await podsOf(kubernetesCluster(kubeConfig({ text: api.kubeconfig })), 'payments')
  expect(more).toEqual([])
  expect(young?.uid).not.toBe(pods.payments.uid)
  expect((await everything())[0]?.lines.filter((line) => line.startsWith('outcome'))).toEqual(['outcome label done', 'outcome delete done'])
})

test('a second process on the same data folder is refused, and says why', async () => {
  const [listen, http] = await freePorts(2)
  const second = startInstallation({ ...settings, listen: `127.0.0.1:${listen}`, http: `127.0.0.1:${http}` })
  await expect(second).rejects.toThrow(/does another process use this data folder/)
})
