import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { type Incident, incidentKey } from '../../../lib/incident/incident.ts'
import { listUnderDay } from '../../../lib/incident/index-by-day.ts'
import { PageKeys } from '../../../lib/page/link.ts'
import { type PageAccess, type PageAnswer, respondPage } from '../../../lib/page/respond-page.ts'
import type { LogFields } from '../../../lib/port/log.ts'
import type { Store } from '../../../lib/port/store.ts'

export const KEY = 'b2f1Nq0x7yKz3mWc9dLr5tGh8sVj4pAe'
export const KEYS = PageKeys.parse(KEY)
export const NOW = Date.parse('2026-11-30T21:15:00Z')

export function memoryStore(): Store {
  return sqliteStore(openDatabase(':memory:'), { clock: () => NOW })
}

/** Asks for a page over this store; `log` has what was logged. */
export async function ask(
  store: Store,
  address: string,
  access: PageAccess = { kind: 'open' },
): Promise<PageAnswer & { readonly log: readonly Readonly<Record<string, unknown>>[] }> {
  const log: Record<string, unknown>[] = []
  const note = (message: string, fields: LogFields = {}) => void log.push({ message, ...fields })
  const [path = '', query = ''] = address.split('?')
  const answer = await respondPage({ path, query, nowMs: NOW }, { store, access, log: { info: note, warn: note, error: note } })
  return { ...answer, log }
}

/** An incident as the stages write one; what a test cares about is given. */
export function incidentOf(given: Partial<Incident> & { readonly id: string }): Incident {
  const firstNs = given.firstNs ?? `${NOW - 3_600_000}000000`
  const latest = {
    id: 'e1',
    rule: 'Terminal shell in container',
    severity: 4 as const,
    timeNs: firstNs,
    message: 'a shell',
    namespace: 'shop',
    pod: 'web-1',
  }
  return {
    subject: { kind: 'workload', key: 'workload/demo/shop/web', cluster: 'demo', namespace: 'shop', workload: 'web' },
    cause: 'rule/x',
    title: `Incident ${given.id}`,
    status: 'open',
    severity: 4,
    correlations: [],
    firings: [],
    rules: ['Terminal shell in container'],
    mitre: ['T1059'],
    count: 1,
    firstNs,
    lastNs: given.lastNs ?? firstNs,
    latest,
    evidence: [latest],
    pods: { names: ['shop/web-1'], seen: ['p'] },
    places: [],
    seen: [],
    batches: [],
    routes: ['r'],
    silenced: [],
    openedMs: NOW - 3_600_000,
    updatedMs: NOW - 3_600_000,
    toldMs: 0,
    tellMs: 0,
    revision: 1,
    ...given,
  }
}

export async function keep(store: Store, incident: Incident): Promise<void> {
  await store.put({ ...incidentKey(incident.id), data: incident }, 'absent')
  await listUnderDay(store, incident)
}

export const nsAt = (time: string): string => `${Date.parse(time)}000000`
