import { openDatabase } from '../../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../../lib/adapter/sqlite-store.ts'
import type { Detection } from '../../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../../lib/detection/evidence.ts'
import { subjectOf } from '../../../../lib/incident/group.ts'
import { Incident, incidentKey, incidentPartition } from '../../../../lib/incident/incident.ts'
import { JournalLine } from '../../../../lib/incident/journal.ts'
import { mergeIncident } from '../../../../lib/incident/merge.ts'
import type { Log } from '../../../../lib/port/log.ts'
import type { OutgoingMessage, QueueSender } from '../../../../lib/port/queue.ts'
import { update } from '../../../../lib/port/store.ts'
import { ensureOffer, type Offer, type WantedOffer } from '../../../../lib/response/offer.ts'
import { Permission } from '../../../../lib/response/permission.ts'
import { type PlannedAction, planSortKey } from '../../../../lib/response/plan.ts'
import { shownMark } from '../../../../lib/response/shown.ts'
import { keepMembers } from '../../../../lib/stage/user-groups.ts'
import { listDialog } from '../../../support/list-dialog.ts'
import { sign } from '../../../support/signed-press.ts'

export const SECRET = 'the signing secret of the table of presses'
export const NOW = Date.parse('2026-03-01T12:00:00Z')
const HOUR_MS = 3600_000
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Alice and Bob may do everything, Mallory only acknowledges; Carol is on call, Dave was until an hour ago. Draining takes two. In one other channel a
 *  silence takes two, in another nobody may silence. */
const PERMISSIONS = [
  {
    permission: 'Responders',
    slack: { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0ALERTS'], users: ['U0ALICE', 'U0BOB'], user_groups: ['S0ONCALL'] },
    actions: [
      'isolate',
      'delete',
      'cordon',
      'release',
      'acknowledge',
      'reject',
      'silence',
      'not_a_threat',
      'status',
      'incidents',
      'silence_any',
      'stop',
      'resume',
    ],
    second_person: ['cordon'],
  },
  {
    permission: 'Everybody',
    slack: { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0ALERTS'], users: ['U0MALLORY'] },
    actions: ['acknowledge'],
  },
  {
    permission: 'Two to silence',
    slack: { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0TWO'], users: ['U0ALICE', 'U0BOB'], user_groups: ['S0ONCALL'] },
    actions: ['silence', 'not_a_threat'],
    second_person: ['silence'],
  },
  {
    permission: 'Two to close, and to silence',
    slack: { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0BOTH'], users: ['U0ALICE', 'U0BOB'] },
    actions: ['silence', 'not_a_threat'],
    second_person: ['silence', 'not_a_threat'],
  },
  {
    permission: 'Only to close',
    slack: { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0CLOSE'], users: ['U0ALICE'] },
    actions: ['not_a_threat'],
  },
].map((one) => Permission.parse(one))

const POD = { namespace: 'shop', name: 'cart-6f7d9c4b8-x2x4z', uid: 'uid-1' }
const DETECTION: Detection = {
  id: 'a'.repeat(64),
  agent: 'falco',
  rule: 'Terminal shell in container',
  severity: 3,
  priority: 'Notice',
  source: 'syscall',
  timeNs: `${NOW - 60_000}000000`,
  receivedMs: NOW,
  cluster: 'demo',
  node: 'node-1',
  pod: POD,
  container: { id: 'abcdefabcdef', image: 'shop/cart:1' },
  process: { exe: '/usr/bin/bash', cmdline: 'bash -i' },
  file: '/etc/shadow',
  message: 'a shell',
  tags: [],
  mitre: [],
  fields: {},
}
const TARGET = { cluster: 'demo', namespace: 'shop', pod: POD.name, uid: 'uid-1', seenNs: DETECTION.timeNs }

/** What stands for the incident as it is shown at first. */
export const SHOWN = shownMark({ severity: DETECTION.severity, rules: [DETECTION.rule], correlations: [] })

export function nonceFor(name: string): string {
  return `nonce-of-${name}`.padEnd(32, '0')
}

/** An incident with a button of each kind, and one that is closed, in a table in memory. What is sent is kept in lists. */
export async function pressStage() {
  const time = { nowMs: NOW }
  const clock = () => time.nowMs
  const database = openDatabase(':memory:')
  const store = sqliteStore(database, { clock })
  const sent = { actions: [] as OutgoingMessage[], messages: [] as OutgoingMessage[] }
  const queue = (list: OutgoingMessage[]): QueueSender => ({ send: async (messages) => void list.push(...messages) })
  const dialog = listDialog()
  const ports = {
    store,
    actions: queue(sent.actions),
    messages: queue(sent.messages),
    permissions: PERMISSIONS,
    dialog: dialog.port,
    link: (incident: string) => `https://page.example/incidents/${incident}`,
    signingSecret: SECRET,
    clock,
    log: quiet,
  }
  await keepMembers(store, 'S0ONCALL', ['U0CAROL'], NOW - 60_000)

  const offer = (name: string, wanted: Partial<WantedOffer>): Promise<Offer> =>
    ensureOffer(
      store,
      { incident: 'open', action: name, parameters: {}, expiresMs: NOW + HOUR_MS, ...wanted, sk: `offer#${name}#x#0000` },
      () => nonceFor(name),
    )
  for (const [id, status] of [
    ['open', 'open'],
    ['closed', 'closed'],
  ] as const) {
    const news = { batch: id, evidence: [evidenceOf(DETECTION)], fired: [], nowMs: NOW }
    const incident = mergeIncident(undefined, { id, subject: subjectOf(DETECTION), cause: 'x' }, news)
    if (!incident) throw new Error('no incident')
    await store.put({ ...incidentKey(id), data: { ...incident, status } }, 'absent')
  }
  /** A response asks for it. */
  const plan = (id: string, { action = 'isolate', people = 1 }: { readonly action?: string; readonly people?: 1 | 2 } = {}) => {
    const planned: PlannedAction = {
      response: 'Contain it',
      mode: 'approve',
      step: 0,
      people,
      request: {
        id,
        incident: 'open',
        action,
        parameters: { expires: '4h' },
        target: TARGET,
        by: { kind: 'response', name: 'Contain it' },
        expiresMs: NOW + HOUR_MS,
      },
    }
    return store.put({ pk: incidentPartition('open'), sk: planSortKey(id), data: planned }, 'absent')
  }
  await plan('plan-1')
  await offer('isolate', { target: TARGET, parameters: { expires: '4h' }, plan: 'plan-1' })
  await offer('delete', { target: TARGET, parameters: { bare_pods: 'delete' } })
  await offer('cordon', { target: TARGET })
  await offer('release', { target: TARGET, parameters: { of: ['x'] } })
  for (const name of ['acknowledge', 'not_a_threat']) await offer(name, {})
  await offer('reject', { parameters: { plans: ['plan-1'] } })
  await offer('silence', { parameters: { rule: DETECTION.rule, shown: SHOWN } })
  await offer('expired', { action: 'isolate', target: TARGET, expiresMs: NOW })
  await offer('expired_delete', { action: 'delete', target: TARGET, expiresMs: NOW })
  await offer('of_closed', { incident: 'closed', action: 'acknowledge' })
  await offer('release_of_closed', { incident: 'closed', action: 'release', target: TARGET, parameters: { of: ['x'] } })

  /** All that is in the table but the journal, and what the queues make of what was sent: an action, or a notice, that is sent again is the same.
   *  What one person was told is none of it. */
  const snapshot = (): unknown => ({
    items: database.prepare("SELECT pk, sk, version, data FROM items WHERE sk NOT LIKE 'journal#%' ORDER BY pk, sk").all(),
    actions: [...new Set(sent.actions.map(({ body }) => body))],
    messages: [...new Set(sent.messages.filter(({ body }) => !('tell' in JSON.parse(body))).map(({ dedup }) => dedup))],
  })
  /** Something worse comes. */
  const worsen = (id = 'open') =>
    update(
      store,
      incidentKey(id),
      Incident,
      (now): Incident | undefined => now && { ...now, severity: 5, rules: [...now.rules, 'Escape from a container'] },
    )
  const lines = (): readonly JournalLine[] =>
    database
      .prepare("SELECT data FROM items WHERE sk LIKE 'journal#%'")
      .all()
      .map(({ data }) => JournalLine.parse(JSON.parse(String(data))))
  const told = (): readonly { readonly channel: string; readonly user: string; readonly text: string }[] =>
    sent.messages.flatMap(({ body }) => JSON.parse(body).tell ?? [])
  return {
    time,
    ports,
    sent,
    dialog,
    snapshot,
    lines,
    told,
    offer,
    worsen,
    plan,
    sign: (body: string) => sign(body, { secret: SECRET, nowMs: clock() }),
    change: (id: string, to: Partial<Incident>) => update(store, incidentKey(id), Incident, (now) => now && { ...now, ...to }),
  }
}
export type PressStage = Awaited<ReturnType<typeof pressStage>>
