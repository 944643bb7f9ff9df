import type { Wrap } from './chain.ts'

export type When = 'before' | 'after'

/** Breaks off at the `at`th call to a port (from 1; 0: never), before or after its effect. `seen`: the calls, as `port.method`. Disarmed, calls are neither
 *  counted nor broken off. */
export function breakAt(at: number, when: When, { isArmed = true } = {}) {
  const seen: string[] = []
  let armed = isArmed
  const wrap: Wrap = (name, port) =>
    Object.fromEntries(
      Object.entries(port).map(([method, call]) => [
        method,
        async (...args: readonly unknown[]) => {
          if (!armed) return call(...args)
          seen.push(`${name}.${method}`)
          if (seen.length !== at) return call(...args)
          if (when === 'after') await call(...args)
          throw new Error(`broken off ${when} call ${at}, ${name}.${method}`)
        },
      ]),
    ) as typeof port
  const arm = (on = true) => {
    armed = on
  }
  return { wrap, seen, arm }
}

type Played = { readonly seen: readonly string[]; readonly result: unknown }

/** Plays it broken off at each of its calls in turn; says of each whose result is another. */
export async function differences(
  play: (at: number, when: When) => Promise<Played>,
  undisturbed: Played,
  when: When,
): Promise<readonly string[]> {
  const expected = JSON.stringify(undisturbed.result)
  const different: string[] = []
  for (let at = 1; at <= undisturbed.seen.length; at++) {
    const { result, seen } = await play(at, when)
    if (JSON.stringify(result) !== expected) different.push(`call ${at}, ${seen[at - 1]}: ${JSON.stringify(result)}`)
  }
  return different
}
