/** Nanoseconds as decimal text → whole milliseconds, which a number holds. */
export function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000_000n)
}
