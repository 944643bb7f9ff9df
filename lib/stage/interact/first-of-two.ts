import { byPerson, journal } from '../../incident/journal.ts'
import type { Store } from '../../port/store.ts'
import { choiceOf, type Offer } from '../../response/offer.ts'
import { permissionFor } from '../../response/permission.ts'
import { grantOf, type Presser } from './judge.ts'
import type { PressPorts } from './ports.ts'

export type FirstPress = Offer['approvals'][number]

/** Writes the first one's press of two into the journal: a function of that press, so written again it is the same line. */
export async function noteFirst({ nonce, incident, action }: Offer, press: FirstPress, store: Store): Promise<void> {
  const { user, name, atMs, reason } = press
  const line = { id: firstPressId(nonce, press), at: atMs, kind: 'press', what: `${action} pressed`, outcome: 'one_more' } as const
  const why = ['it takes two people', reason].filter(Boolean).join('; ')
  await journal(store, { ...line, ...byPerson({ id: user, name }), incident, action, why })
}

export function firstPressId(nonce: string, { user, atMs }: FirstPress): string {
  return `press-${nonce}-${user}-${atMs}`
}

/** Those of the first presses' users who may press it no more: theirs do not count. `by`: who is the second, and where. */
export async function fallenOf({ action, approvals }: Offer, by: Presser, ports: PressPorts): Promise<ReadonlySet<string>> {
  const fallen = new Set<string>()
  for (const first of approvals) {
    const presser = { ...by, ...first.place, user: { id: first.user, name: first.name } }
    for (const word of wordsFor(action, choiceOf(first))) {
      if ((await grantOf(presser, word, ports)).kind !== 'allowed') fallen.add(first.user)
    }
  }
  return fallen
}

/** What a person needs the right to: who closes an incident and has it kept quiet, also to the silence. */
export function wordsFor(action: string, choice: string): readonly string[] {
  const word = permissionFor(action)
  return action === 'not_a_threat' && choice !== 'none' ? [word, 'silence'] : [word]
}
