import { Context, contextSortKey } from '../context/context.ts'
import { Incident, IncidentSilence, incidentKey, incidentPartition } from '../incident/incident.ts'
import { allIncidentIds } from '../incident/index-by-day.ts'
import { type Item, parseData, read, type Store } from '../port/store.ts'
import { Offer, offerFor } from './offer.ts'
import { PlannedAction } from './plan.ts'
import { ActionRecord } from './record.ts'

/** All that the table holds of one incident, as people are shown it. */
export type IncidentView = {
  readonly incident: Incident
  readonly context: Context | undefined
  readonly plans: readonly PlannedAction[]
  readonly actions: readonly ActionRecord[]
  readonly silences: readonly IncidentSilence[]
  readonly offers: readonly { readonly sk: string; readonly offer: Offer }[]
}

/** As responses stand in the alphabet, and their actions in them. */
function inOrder(a: PlannedAction, b: PlannedAction): number {
  return a.response === b.response ? a.step - b.step : a.response < b.response ? -1 : 1
}

/** All incidents that there are, one after the other. */
export async function* allIncidents(store: Store): AsyncGenerator<IncidentView> {
  for await (const id of allIncidentIds(store)) {
    const view = await loadView(store, id)
    if (view) yield view
  }
}

/** Reads the incident's partition; undefined where there is no such incident. */
export async function loadView(store: Store, id: string): Promise<IncidentView | undefined> {
  const pk = incidentPartition(id)
  const incident = await read(store, incidentKey(id), Incident)
  if (!incident) return undefined
  const all = async (prefix: string): Promise<readonly Item[]> => store.query(pk, { from: prefix, to: `${prefix}~`, limit: 1000 })
  const [context, plans, actions, silences, offers] = await Promise.all([
    read(store, { pk, sk: contextSortKey }, Context),
    all('plan#'),
    all('action#'),
    all('silence#'),
    all('offer#'),
  ])
  return {
    incident,
    context,
    plans: plans.map((item) => parseData(PlannedAction, item)).sort(inOrder),
    actions: actions.map((item) => parseData(ActionRecord, item)),
    silences: silences.map((item) => parseData(IncidentSilence, item)),
    offers: await Promise.all(
      offers.map(async (item) => {
        const offer = parseData(Offer, item)
        return { sk: item.sk, offer: (await offerFor(store, offer.nonce)) ?? offer } // the claim stands under the nonce
      }),
    ),
  }
}
