/** Nanoseconds as decimal text → whole milliseconds, which a number holds. */
export function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000_000n)
}

/** RFC 3339 with up to nine fractional digits → nanoseconds as decimal text; undefined where it is no such time, or before 1970. */
export function nanoseconds(time: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:\d{2})$/.exec(time)
  if (!match) return undefined
  const seconds = Date.parse(`${match[1]}${match[3]}`) / 1000
  if (!Number.isFinite(seconds) || seconds < 0) return undefined
  return (BigInt(seconds) * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'))).toString()
}

/** So much a clock may be ahead of the forwarder's. */
const AHEAD_MS = 5 * 60_000

/** An event's time, and how far its agent's clock is ahead where that is more than five minutes: then it says nothing of when it was, and the time of
 *  arrival stands (the agent's own stays in the alert). A clock that is behind cannot be told from an alert that is late. */
export function believable(timeNs: string, receivedMs: number): { readonly timeNs: string; readonly aheadMs?: number } {
  const aheadMs = Number(BigInt(timeNs) / 1_000_000n - BigInt(receivedMs))
  return aheadMs > AHEAD_MS ? { timeNs: String(BigInt(receivedMs) * 1_000_000n), aheadMs } : { timeNs }
}
