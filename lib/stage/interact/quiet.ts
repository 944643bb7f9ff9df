import { grantOf, type Presser } from './judge.ts'
import type { PressPorts } from './ports.ts'
import { REFUSALS, type Refusal } from './refusal.ts'

/** Why this person may not have an incident kept quiet by closing it, which takes so many `people`: that is a silence as any other. */
export async function whyNotQuiet(by: Presser, people: number, ports: PressPorts): Promise<Refusal | undefined> {
  const grant = await grantOf(by, 'silence', ports)
  if (grant.kind !== 'allowed') return REFUSALS[grant.kind]('Silence')
  return grant.people > people ? REFUSALS.two_to_silence() : undefined
}
