/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** An integer, `least` ≤ it < `below`. */
  readonly between: (least: number, below: number) => number
  readonly pick: <T>(from: readonly T[]) => T
  /** So many characters of `alphabet`. */
  readonly text: (length: number, alphabet?: string) => string
  readonly hex: (length: number) => string
}

/** `seed`: an integer. The generator is Marsaglia's xorshift with 32 bits of state. */
export function random(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const between = (least: number, below: number) => least + Math.floor(next() * (below - least))
  const pick = <T>(from: readonly T[]): T => from[between(0, from.length)] as T
  const text = (length: number, alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789') =>
    Array.from({ length }, () => alphabet[between(0, alphabet.length)]).join('')
  return { between, pick, text, hex: (length) => text(length, '0123456789abcdef') }
}
