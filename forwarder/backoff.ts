const FIRST_MS = 200
const LONGEST_MS = 20_000

/** How long to wait before trying for the `attempts`-th time again (from 1): anything up to a limit that doubles to 20 s, so that many who
 *  failed together do not come back together ("full jitter"). `random`: 0 to 1. */
export function backoffMs(attempts: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20)))
}
