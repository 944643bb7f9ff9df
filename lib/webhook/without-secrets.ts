/** So much of a secret in a row is taken for a part of it. */
const TELLING = 6
const LEAST = 3

/** The text with "…" in place of whatever in it is a secret, a part of one (six characters in a row, in upper or lower case), or either of them as others may write
 *  it: in base64 (also behind a name, as in Basic credentials), or encoded for a URL. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const parts = new Set<string>()
  for (const secret of secrets.flatMap(writingsOf)) for (const part of partsOf(secret.toLowerCase())) parts.add(part)
  const lower = text.toLowerCase()
  // Where lower case is longer (as of İ), places are not the same: then nothing is told.
  if (lower.length !== text.length) return parts.size === 0 ? text : ''
  const hidden = new Uint8Array(text.length)
  const lengths = [...new Set([...parts].map(({ length }) => length))]
  for (let at = 0; at < text.length; at++)
    for (const length of lengths) if (parts.has(lower.slice(at, at + length))) hidden.fill(1, at, at + length)
  let shown = ''
  for (let at = 0; at < text.length; at++) shown += hidden[at] ? (hidden[at - 1] ? '' : '…') : text[at]
  return shown
}

function partsOf(secret: string): readonly string[] {
  if (secret.length <= LEAST) return []
  if (secret.length <= TELLING) return [secret]
  return Array.from({ length: secret.length - TELLING + 1 }, (_, at) => secret.slice(at, at + TELLING))
}

function writingsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    decoded(secret),
    ...credentialsIn(secret),
    ...[0, 1, 2].map((at) => base64At(secret, at)),
  ]
}

function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret)
  } catch {
    return secret
  }
}

/** As it stands in the base64 of something with so many bytes (of three) before it; what it shares a character with is not its own. */
function base64At(secret: string, at: number): string {
  const base64 = Buffer.concat([Buffer.alloc(at), Buffer.from(secret)]).toString('base64')
  return base64.slice(at === 0 ? 0 : at + 1).replace(/.?=+$/, '')
}

/** What `Basic …` says: name and password, and the password alone. */
function credentialsIn(secret: string): readonly string[] {
  const [, base64] = /^(?:basic )?([A-Za-z0-9+/_-]{8,}={0,2})$/i.exec(secret) ?? []
  const text = base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('utf8')
  const [, password = ''] = /^[^:\ufffd]*:([^\ufffd]+)$/.exec(text) ?? []
  return password === '' ? [] : [text, password]
}
