import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { incidentsOfDay } from '../../lib/incident/index-by-day.ts'
import { type JournalLine, readJournal } from '../../lib/incident/journal.ts'
import { type IncidentView, loadView } from '../../lib/response/view.ts'
import type { Local } from '../local.ts'
import { alertsOn } from './alerts.ts'
import { expectThat, type Step } from './step.ts'
import { type DemoPod, deployWorkloads, NAMESPACE, podsOf } from './workload.ts'

const CHANNEL = 'C0ALERTS'
const POLICIES = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE } as const
const RECORDING = (name: string) => new URL(`./alerts/${name}.jsonl`, import.meta.url)

/** The story that a newcomer knows from Falco's first steps, step by step. Every check reads the cluster, the chat or the journal itself. */
export function story({ forwarderUrl, cluster, store, slack }: Local): readonly Step[] {
  expectThat(slack, 'the demo is played with the stand-in for Slack')
  let nginx: DemoPod
  let payments: DemoPod

  const post = async (pod: DemoPod, recording: string): Promise<void> => {
    for (const alert of alertsOn(pod, RECORDING(recording))) {
      const answer = await fetch(forwarderUrl, { method: 'POST', body: alert, headers: { 'content-type': 'application/json' } })
      expectThat(answer.ok, `the forwarder answered ${answer.status}: ${await answer.text()}`)
    }
  }
  const incidentOf = async (pod: DemoPod): Promise<IncidentView> => {
    const days = [Date.now(), Date.now() - 86_400_000].map((ms) => new Date(ms).toISOString().slice(0, 10))
    const ids = (await Promise.all(days.map((day) => incidentsOfDay(store, day)))).flat()
    const views = (await Promise.all(ids.map((id) => loadView(store, id)))).filter((view) =>
      view?.incident.pods.names.includes(`${NAMESPACE}/${pod.name}`),
    )
    const [view] = views
    expectThat(view && views.length === 1, `${views.length} incidents about ${pod.name}`)
    return view
  }
  const messageOf = async (pod: DemoPod) => {
    const { incident } = await incidentOf(pod)
    const all = slack.messages(CHANNEL).map((message) => ({ message, text: JSON.stringify(message) }))
    const ours = all.filter(
      ({ message, text }) => text.includes(`"incident":"${incident.id}"`) && !text.includes('"ephemeral":true') && message.ts,
    )
    const [found] = ours
    expectThat(found && ours.length === 1, `${ours.length} messages about ${pod.name}`)
    return found
  }
  const press = async (user: string, action: string, pod: DemoPod): Promise<void> => {
    const { message } = await messageOf(pod)
    const { status } = await slack.press({ user, channel: CHANNEL, ts: message.ts, actionId: `creance.${action}` })
    expectThat(status === 200, `Slack got the answer ${status}`)
  }
  const policies = () => cluster.list(POLICIES)
  const lines = async (pod: DemoPod): Promise<readonly JournalLine[]> =>
    readJournal(store, { incident: (await incidentOf(pod)).incident.id })
  const line = async (pod: DemoPod, kind: JournalLine['kind'], outcome: string, action?: string): Promise<JournalLine> => {
    const found = (await lines(pod)).find(
      (one) => one.kind === kind && one.outcome === outcome && (action === undefined || one.action === action),
    )
    expectThat(found, `the journal has no ${kind} of ${action ?? 'it'} that was ${outcome} yet`)
    return found
  }

  return [
    {
      name: 'A Deployment nginx runs, and another, payments',
      act: async () => {
        ;({ nginx, payments } = await deployWorkloads(cluster))
      },
      verify: async () => {
        const pods = [...(await podsOf(cluster, 'nginx')), ...(await podsOf(cluster, 'payments'))]
        expectThat(pods.length === 2, `${pods.length} pods run`)
        return pods.map(({ name, node }) => `${NAMESPACE}/${name} on ${node}`).join(', ')
      },
    },
    {
      name: 'Somebody execs a shell into nginx and reads /etc/shadow: two alerts, as Falco sends them',
      act: () => post(nginx, 'shell-then-shadow'),
      verify: async () => {
        const { incident } = await incidentOf(nginx)
        expectThat(incident.count === 2 && incident.correlations.includes('Shell then credential read'), `count ${incident.count}`)
        return `one incident, "${incident.title}", ${incident.count} detections`
      },
    },
    {
      name: 'The channel has one message, with owner, image, node and neighbours, and asks for approval',
      verify: async () => {
        const { text } = await messageOf(nginx)
        const wanted = [
          'Deployment nginx',
          nginx.image,
          nginx.node,
          'payments',
          'asks for approval to isolate',
          'creance.isolate',
          'cat /etc/shadow',
        ]
        const missing = wanted.filter((part) => !text.includes(part))
        expectThat(missing.length === 0, `the message lacks ${missing.join(', ')}`)
        return `it names ${wanted.slice(0, 4).join(', ')}`
      },
    },
    {
      name: 'Mallory, who may not, presses Isolate: refused, and told so',
      ask: 'choose Mallory under "You are", press Approve: Isolate, and confirm',
      act: () => press('U0MALLORY', 'isolate', nginx),
      verify: async () => {
        const { why } = await line(nginx, 'press', 'refused', 'isolate')
        const told = slack.messages(CHANNEL).find((message) => JSON.stringify(message).includes('You may not press'))
        expectThat(told, 'nobody was told')
        const { actions } = await incidentOf(nginx)
        expectThat(!actions.some(({ request: { by } }) => by.kind === 'user' && by.id === 'U0MALLORY'), 'something was done for Mallory')
        expectThat(actions.length > 0 || (await policies()).length === 0, 'there is a NetworkPolicy')
        return `journal: refused, ${why}; nothing was done`
      },
    },
    {
      name: 'Alice, who may, presses Isolate: the pod, and no other, is cut off',
      ask: 'choose Alice under "You are", press Approve: Isolate, and confirm',
      act: () => press('U0ALICE', 'isolate', nginx),
      verify: async () => {
        await line(nginx, 'outcome', 'done', 'isolate')
        const [policy, ...more] = await policies()
        expectThat(policy && more.length === 0, 'there is not exactly one NetworkPolicy')
        expectThat(JSON.stringify(policy.spec).includes(nginx.uid), 'the NetworkPolicy does not select the pod')
        const [label = ''] = Object.keys((policy.spec as { podSelector: { matchLabels: object } }).podSelector.matchLabels)
        const selected = await cluster.list({
          apiVersion: 'v1',
          kind: 'Pod',
          namespace: NAMESPACE,
          labelSelector: label,
        })
        expectThat(selected.length === 1 && selected[0]?.metadata.uid === nginx.uid, `${selected.length} pods are selected`)
        const { text } = await messageOf(nginx)
        expectThat(/\*Isolate\* done[^"]*<@U0ALICE>/.test(text), 'the message does not say who did it')
        return `NetworkPolicy ${policy.metadata.name} selects ${nginx.name} alone; the message says who`
      },
    },
    {
      name: 'Release takes it away',
      ask: 'press Release',
      act: () => press('U0ALICE', 'release', nginx),
      verify: async () => {
        await line(nginx, 'outcome', 'undone', 'release')
        expectThat((await policies()).length === 0, 'the NetworkPolicy is still there')
        const pod = await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: nginx.name })
        expectThat(pod?.metadata.uid === nginx.uid, 'the pod is another one')
        const left = Object.keys(pod.metadata.labels ?? {}).filter((label) => label.startsWith('creance.dev/'))
        expectThat(left.length === 0, `the pod still has the label ${left.join(', ')}`)
        return 'no NetworkPolicy, no label; it is the same pod'
      },
    },
    {
      name: 'A worse thing: a remote shell in payments. It is contained without asking',
      act: () => post(payments, 'netcat-shell'),
      verify: async () => {
        await line(payments, 'outcome', 'done', 'label')
        await line(payments, 'outcome', 'done', 'delete')
        const old = await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: payments.name })
        expectThat(!old || old.metadata.deletionTimestamp !== undefined, 'the pod is still there')
        const { actions } = await incidentOf(payments)
        const { uri, sha256 } = actions.find((one) => one.evidence)?.evidence ?? { uri: '', sha256: '' }
        expectThat(existsSync(uri === '' ? '' : fileURLToPath(uri)), 'no evidence was kept')
        return `pod ${payments.name} was labelled and deleted; evidence of it was kept first, sha256 ${sha256.slice(0, 12)}…`
      },
    },
    {
      name: 'Its Deployment makes a new pod, and that one is left alone',
      verify: async () => {
        const [pod] = await podsOf(cluster, 'payments')
        expectThat(pod && pod.uid !== payments.uid, 'there is no new pod yet')
        const object = await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: pod.name })
        expectThat(object?.metadata.labels?.['creance.dev/quarantine'] === undefined, 'the new pod was labelled')
        return `${pod.name} runs, without a quarantine label`
      },
    },
    {
      name: 'All of it is in the journal',
      verify: async () => {
        const all = [...(await lines(nginx)), ...(await lines(payments))]
        const pressed = all.filter(({ kind }) => kind === 'press').map(({ action, outcome }) => `${action} ${outcome}`)
        expectThat(
          ['isolate refused', 'isolate accepted', 'release accepted'].every((one) => pressed.includes(one)),
          `presses: ${pressed.join(', ')}`,
        )
        return `${all.length} lines`
      },
    },
  ]
}
