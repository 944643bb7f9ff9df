import { type Found, pemBody, pemLines, type Scan, upper } from './scan.ts'

const LONGEST_KEY = 16_384

/** From `-----BEGIN … PRIVATE KEY-----`, whose name begins at `end`, to the block's end; where that is missing, as far as it looks like one. */
export function keyBlock(scan: Scan, at: number, end: number): Found | undefined {
  const body = keyName(scan, end)
  if (body === undefined) return undefined
  let to = scan.run(body, pemBody, LONGEST_KEY)
  // A header of the block may have a single dash in it
  while (scan.is(to, '-') && !scan.is(to, '--') && to - body < LONGEST_KEY) to = scan.run(to + 1, pemBody, LONGEST_KEY)
  return { kind: 'private key', from: at, to: scan.is(to, '-----END ') ? (keyName(scan, to + 9) ?? to) : to }
}

/** A block whose beginning is not in the text, as in a log that was cut: its lines before this one. */
export function keyBlockEnd(scan: Scan, at: number, end: number): Found | undefined {
  const to = keyName(scan, end)
  return to === undefined ? undefined : { kind: 'private key', from: scan.back(at, pemLines, LONGEST_KEY), to }
}

/** After `-----BEGIN ` or `-----END `: where the line with the block's name ends, if it is that of a private key. */
function keyName(scan: Scan, at: number): number | undefined {
  const to = scan.run(at, (code) => upper(code) || code === 0x20, 60)
  const isPrivate = scan.text.slice(at, to).includes('PRIVATE KEY')
  return isPrivate && scan.is(to, '-----') ? to + 5 : undefined
}
