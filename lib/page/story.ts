import { type JournalLine, readJournal } from '../incident/journal.ts'
import type { Store } from '../port/store.ts'
import { type IncidentView, loadView } from '../response/view.ts'

/** All that is shown of one incident. `names`: of people, by their ids. `journal` in the order it was written; `isJournalCut`: there is more than is
 *  read. */
export type Story = IncidentView & {
  readonly journal: readonly JournalLine[]
  readonly isJournalCut: boolean
  readonly names: ReadonlyMap<string, string>
}

/** As much as one query answers. */
const JOURNAL_READ = 1000

/** Undefined: there is no such incident. Errors: the store's, and `invalid_input` where the table holds another shape. */
export async function loadStory(store: Store, id: string): Promise<Story | undefined> {
  const view = await loadView(store, id)
  if (!view) return undefined
  const journal = await readJournal(store, { incident: id })
  return { ...view, journal, isJournalCut: journal.length >= JOURNAL_READ, names: namesIn(view) }
}

/** What the people are called who pressed, decided and asked. */
function namesIn({ offers, plans, actions }: IncidentView): ReadonlyMap<string, string> {
  const presses = offers.flatMap(({ offer }) => [...offer.approvals, ...(offer.claim ? [offer.claim] : [])])
  const decisions = plans.flatMap(({ decision }) => decision ?? [])
  const askers = actions.flatMap(({ request: { by } }) => {
    if (by.kind !== 'user') return []
    return [by, ...(by.first ? [by.first] : [])].map(({ id, name }) => ({ user: id, name }))
  })
  return new Map([...presses, ...decisions, ...askers].map(({ user, name }) => [user, name]))
}

/** A person as the page calls them: by name where it is known, in `<@U…>`, as an id or as a name. */
export function personWords({ names }: Pick<Story, 'names'>, who: string): string {
  const id = /^<?@?([\w.-]+)>?$/.exec(who)?.[1] ?? who
  const name = names.get(id)
  return name === undefined ? who : `@${name}`
}
