import { Context, contextSortKey } from '../../../lib/context/context.ts'
import { cutToBytes } from '../../../lib/detection/evidence.ts'
import { Incident, incidentPartition, silenceSortKey } from '../../../lib/incident/incident.ts'
import { type JournalLine, journal } from '../../../lib/incident/journal.ts'
import type { Store } from '../../../lib/port/store.ts'
import { actionSortKey } from '../../../lib/response/record.ts'
import { incidentOf, keep, NOW } from './page-answer.ts'

const NS = `${NOW - 60_000}000000`

/** Keeps an incident `full` with everything that an incident can have, and this text wherever a text can stand; `caps`: as much of it as there may be. */
export async function keepFull(store: Store, given: string, { caps = false } = {}): Promise<void> {
  const text = cutToBytes(given, 1000)
  const name = cutToBytes(given, 250)
  const id = 'full'
  const times = (most: number) => Array.from({ length: caps ? most : 2 }, (_, at) => at)
  const evidence = times(20).map((at) => ({
    ...{
      id: `e${at}`,
      rule: name,
      severity: 5 as const,
      timeNs: NS,
      message: text,
      process: text,
      command: text,
      file: text,
      connection: text,
      user: text,
    },
    ...{
      containerId: name,
      image: name,
      node: name,
      namespace: name,
      pod: name,
      podUid: name,
      workload: name,
      cluster: name,
      mitre: ['T1059.004', name],
    },
    ...{ priority: name, source: name, tags: [name, name], fields: { [name]: name, 'evt.arg': [name, 1, true, null] } },
  }))
  const [latest] = evidence
  const firings = times(20).map((at) => ({
    ...{
      id: `f${at}`,
      correlation: name,
      severity: 4 as const,
      group: [name],
      fromNs: NS,
      toNs: `${NOW - 30_000}000000`,
      hits: 3,
      pods: [name],
      containers: [name],
    },
  }))
  const subject = {
    kind: 'workload' as const,
    key: name,
    cluster: name,
    namespace: name,
    workload: name,
    container: name,
    node: name,
    user: name,
  }
  const people = { closedBy: text, closedWhy: text, acknowledgedBy: text, status: 'closed' as const }
  const lists = { correlations: [text], rules: times(50).map(() => name), mitre: ['TA0002', text], routes: [text], silenced: [text] }
  const incident = incidentOf({
    id,
    subject,
    cause: text,
    title: text,
    firings,
    evidence,
    count: 123_456,
    pods: { names: [text], seen: ['x', 'y'] },
    ...people,
    ...lists,
    ...(latest ? { latest } : {}),
  })
  await keep(store, Incident.parse(incident))

  const pk = incidentPartition(id)
  const context: Context = {
    ...{ atMs: NOW, of: text, absent: text, pod: { uid: text, serviceAccount: text, images: [text], labels: { [text]: text } } },
    containers: times(10).map(() => ({ name: text, image: text, digest: text })),
    dangers: times(10).map(() => ({ what: text, containers: [text] })),
    owners: times(5).map(() => ({ apiVersion: text, kind: text, name: text, uid: text })),
    node: { name: text, kubelet: text, os: text, unschedulable: true, taints: [text] },
    neighbours: { names: times(20).map(() => text), count: 99 },
    account: {
      name: text,
      tokenMounted: true,
      cloudRole: text,
      powers: times(30).map(() => ({ words: text, where: text, by: text, role: text, names: [text] })),
      morePowers: 3,
    },
    exposure: {
      services: [{ name: text, type: text, ports: [text], addresses: [text] }],
      routes: [{ ingress: text, host: text, path: text, to: text }],
    },
    siblings: { count: 3, ready: 2 },
    events: times(10).map(() => ({ atMs: NOW, type: text, reason: text, message: text, count: 2 })),
    earlier: { count: 2, last: { id: text, title: text, status: text, openedMs: NOW } },
    unread: times(10).map(() => text),
  }
  await store.put({ pk, sk: contextSortKey, data: Context.parse(context) }, 'absent')

  const target = { cluster: text, namespace: text, pod: text, uid: text, containerId: text, node: text, seenNs: NS }
  const user = { kind: 'user' as const, id: 'U1', name: text, first: { id: 'U2', name: text } }
  for (const at of times(100)) {
    const by = at % 3 === 0 ? user : at % 3 === 1 ? { kind: 'response' as const, name: text } : { kind: 'sweep' as const }
    const request = {
      id: `a${at}`,
      incident: id,
      action: at % 2 === 0 ? 'isolate' : text,
      parameters: { [text]: text },
      target,
      by,
      expiresMs: NOW,
      reason: text.slice(0, 500),
    }
    const states = [
      { state: 'done', why: text },
      { state: 'refused', guard: text, why: text },
      { state: 'failed', why: text, retryable: true },
      undefined,
    ] as const
    const outcome = states[at % 4]
    const record = {
      request,
      begunMs: NOW - 1000,
      podUid: text,
      evidence: { uri: `${text}${at}`, sha256: text },
      settledMs: NOW,
      ...(outcome ? { outcome } : {}),
    }
    await store.put({ pk, sk: actionSortKey(`a${at}`), data: record }, 'absent')
    const decision =
      at % 2 === 0 ? { decision: { kind: 'rejected' as const, user: 'U3', name: text, atMs: NOW, reason: text.slice(0, 500) } } : {}
    await store.put(
      {
        pk,
        sk: `plan#p${at}`,
        data: { response: text, mode: 'approve', step: 0, people: 2, request: { ...request, id: `p${at}` }, ...decision },
      },
      'absent',
    )
    const press = { user: 'U4', name: text, atMs: NOW, reason: text.slice(0, 500) }
    const offer = {
      nonce: `nonce-${String(at).padStart(16, '0')}`,
      incident: id,
      action: text,
      parameters: {},
      expiresMs: NOW,
      people: 2,
      approvals: [press],
      ...(at % 2 ? { claim: press } : {}),
    }
    await store.put({ pk, sk: `offer#${at}`, data: offer }, 'absent')
    const silence = { name: text, what: text, untilMs: NOW + 1000, by: text, atMs: NOW, ...(at % 2 ? { endedBy: text } : {}) }
    await store.put({ pk, sk: silenceSortKey(`${at}`), data: silence }, 'absent')
  }
  const kinds = ['press', 'outcome', 'planned', 'silence', 'incident'] as const
  for (const at of times(1000)) {
    const line: JournalLine = {
      id: `j${at}`,
      at: NOW - 1000 + at,
      kind: kinds[at % 5] ?? 'press',
      what: text,
      incident: id,
      action: text,
      by: text,
      outcome: text,
      why: text,
    }
    await journal(store, line)
  }
}
