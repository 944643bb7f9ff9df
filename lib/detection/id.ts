import { createHash } from 'node:crypto'

/** JSON with object keys sorted at every level: equal content gives equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** The sha256 (hex) of the parts; no two different lists of parts give the same input. The base of every id in Creance. */
export function contentId(...parts: readonly unknown[]): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex')
}

/** The first characters of a text's sha256 in base64url: for telling texts apart where they themselves are too long to keep. */
export function contentHash(text: string, characters: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, characters)
}
