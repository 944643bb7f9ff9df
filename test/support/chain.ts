import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { packBatch } from '../../lib/batch/batch.ts'
import { CodedError } from '../../lib/error.ts'
import { type JournalLine, readJournal } from '../../lib/incident/journal.ts'
import type { Chat, ChatMessage } from '../../lib/port/chat.ts'
import type { Log } from '../../lib/port/log.ts'
import type { Queue } from '../../lib/port/queue.ts'
import { offerFor } from '../../lib/response/offer.ts'
import { type IncidentView, loadView } from '../../lib/response/view.ts'
import { loadRulesOrThrow } from '../../lib/rule-set.ts'
import { enrich } from '../../lib/stage/enrich.ts'
import { evaluate } from '../../lib/stage/evaluate.ts'
import { interact } from '../../lib/stage/interact.ts'
import { ActionsMessage, IncidentMessage, readBody } from '../../lib/stage/messages.ts'
import { takeNotice } from '../../lib/stage/notify.ts'
import { respond } from '../../lib/stage/respond.ts'
import { sweep } from '../../lib/stage/sweep.ts'
import { userGroupsIn } from '../../lib/stage/user-groups.ts'
import { startKubernetesApi } from '../../local/kubernetes/server.ts'
import { localQueues } from '../../local/queues.ts'
import { envelopeOf } from './envelope.ts'
import { listDialog } from './list-dialog.ts'
import { memoryEvidence } from './memory-evidence.ts'
import { commandBody, sign, signedPress, submissionBody } from './signed-press.ts'

export const SIGNING_SECRET = 'a signing secret of the test'
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Puts something around a port's methods: a fault, a count. `name`: store, queue, cluster or chat. */
export type Wrap = <Port extends object>(name: string, port: Port) => Port

/** The stages over SQLite in memory and the in-memory Kubernetes API, run by hand: `settle` until every queue is empty. Time is `nowMs`, and
 *  moves only when a test moves it. The chat is a list. */
export async function testChain(
  rules: readonly string[],
  { wrap = (_name, port) => port, doing = { stage: '' } }: { readonly wrap?: Wrap; readonly doing?: { stage: string } } = {},
) {
  const time = { nowMs: Date.now() }
  const clock = () => time.nowMs
  const store = sqliteStore(openDatabase(':memory:'), { clock })
  const queues = localQueues(openDatabase(':memory:'), clock)
  const api = await startKubernetesApi()
  const cluster = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  const ruleSet = loadRulesOrThrow(rules)
  const chat = listChat()
  const dialog = listDialog()
  const evidence = memoryEvidence()
  const failures: unknown[] = []
  const wrapped = wrap('cluster', cluster)
  let count = 0
  const ports = {
    clusterName: 'demo',
    cluster: wrapped,
    readers: async (name: string) => (name === 'demo' ? wrapped : undefined),
    clusters: async (name: string) => (name === 'demo' ? wrapped : undefined),
    evidence: wrap('evidence', evidence),
    metrics: { count: () => undefined },
    patienceMs: 0,
    store: wrap('store', store),
    chat: wrap('chat', chat.port),
    dialog: wrap('dialog', dialog.port),
    incidents: wrap('queue', queues.incidents),
    actions: wrap('queue', queues.actions),
    messages: wrap('queue', queues.messages),
    detections: wrap('queue', queues.detections),
    rules: ruleSet,
    guards: ruleSet.guards,
    permissions: ruleSet.permissions,
    routes: ruleSet.routes.map(({ route }) => route),
    userGroups: userGroupsIn(ruleSet.permissions),
    ...unreachable,
    signingSecret: SIGNING_SECRET,
    random: () => `nonce-${String(++count).padStart(16, '0')}`,
    clock,
    log: quiet,
  }
  const take = async (
    stage: string,
    queue: Queue,
    handle: (message: Awaited<ReturnType<Queue['receive']>>[number]) => Promise<void>,
  ): Promise<number> => {
    doing.stage = stage
    const messages = await queue.receive({ max: 10, waitSeconds: 0 })
    for (const message of messages) {
      try {
        await handle(message)
        await queue.acknowledge(message.receipt)
      } catch (error) {
        await queue.retry(message.receipt, 0)
        failures.push(error)
      }
    }
    return messages.length
  }
  const settle = async (): Promise<void> => {
    for (let rounds = 0; rounds < 100; rounds++) {
      const taken = [
        await take('evaluate', queues.detections, (message) => evaluate(message, ports)),
        await take('enrich', queues.incidents, ({ body }) => enrich(readBody(body, IncidentMessage), ports)),
        await take('respond', queues.actions, ({ body }) => respond(readBody(body, ActionsMessage), ports, { lastTry: false })),
        await take('notify', queues.messages, (message) => takeNotice(message, ports)),
      ]
      if (taken.every((one) => one === 0)) return
    }
    throw new Error('the queues never became empty')
  }
  return {
    time,
    ports,
    queues,
    cluster,
    api,
    chat,
    evidence,
    settle,
    /** What the stages threw; each was delivered again. */
    failures,
    /** Packs alerts into one batch and sends it; each must be one that the forwarder takes. */
    send: (alerts: readonly string[]) => queues.detections.send([packBatch(alerts.map((alert) => envelopeOf(alert, clock())))]),
    dialog,
    /** Presses the button of that nonce, and where a dialog asks for a reason, gives one. */
    press: async ({ reason = 'a test', ...press }: Parameters<typeof signedPress>[0] & { readonly reason?: string }) => {
      const offer = await offerFor(store, press.value)
      doing.stage = 'interact'
      const by = { secret: SIGNING_SECRET, nowMs: clock() }
      const answer = await interact(signedPress({ action: offer?.action ?? 'isolate', ...press }, by), ports)
      const metadata = dialog.last()?.private_metadata
      if (answer.outcome !== 'asked' || metadata === undefined) return answer
      return interact(sign(submissionBody({ ...press, metadata, reason }), by), ports)
    },
    /** What somebody types after `/creance`. */
    command: (text: string) => {
      doing.stage = 'interact'
      return interact(sign(commandBody({ text }), { secret: SIGNING_SECRET, nowMs: clock() }), ports)
    },
    sweep: () => {
      doing.stage = 'sweep'
      return sweep(ports)
    },
    incidents: async (): Promise<readonly IncidentView[]> => {
      const days = new Set([0, 1, 2].map((back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)))
      const items = (await Promise.all([...days].map((day) => store.query(`incidents#${day}`)))).flat()
      const views = await Promise.all(items.map(({ sk }) => loadView(store, sk)))
      return views.filter((view) => view !== undefined)
    },
    journalOf: (incident: string): Promise<readonly JournalLine[]> => readJournal(store, { incident }),
    journalOfToday: (): Promise<readonly JournalLine[]> => readJournal(store, { day: new Date(time.nowMs).toISOString().slice(0, 10) }),
    stop: () => api.stop(),
  }
}
export type TestChain = Awaited<ReturnType<typeof testChain>>

export type Told = { readonly channel: string; readonly user: string; readonly text: string }
/** What a test has no use for. */
const nowhere = () => Promise.reject(new CodedError('unavailable', 'there is nothing there'))
const unreachable = { send: nowhere, secretOf: nowhere, exportOcsf: nowhere }

type Shown = { key: string; channel: string; ts: string; message: ChatMessage; edits: number }

/** A Chat that is a list of messages, and one of the replies in their threads. */
export function listChat() {
  const messages: Shown[] = []
  const replies: (Shown & { readonly thread: string })[] = []
  const told: Told[] = []
  const port: Chat = {
    post: async (channel, key, message, thread) => {
      const ts = `${1000 + messages.length + replies.length}.000000`
      const shown = { key, channel, ts, message, edits: 0 }
      if (thread) replies.push({ ...shown, thread })
      else messages.push(shown)
      return { channel, ts }
    },
    update: async ({ ts }, _key, message) => {
      const found = messages.find((one) => one.ts === ts)
      if (!found) return 'absent'
      found.message = message
      found.edits += 1
      return 'updated'
    },
    find: async (channel, key, _sinceMs, thread) => {
      const among = thread ? replies.filter((one) => one.thread === thread) : messages
      return among.find((one) => one.channel === channel && one.key === key)
    },
    members: async () => [],
    tell: async (channel, user, text) => {
      told.push({ channel, user, text })
    },
  }
  return { port, messages, replies, told }
}

/** The nonce of the button for this action in the message. */
export function nonceOf(message: ChatMessage | undefined, action: string): string {
  const elements = message?.blocks.flatMap((block) => (block.elements ?? []) as { action_id?: string; value?: string }[]) ?? []
  return elements.find(({ action_id }) => action_id === `creance.${action}`)?.value ?? ''
}
