import { type Part, plainText } from './text.ts'

const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015']
const MAX_DASHES = 3

/** The three ways in which a text may stand within something that was encoded in base64, without what depends on its neighbours; undefined
 *  where that leaves nothing. Source: Sigma modifiers appendix, "Encoding". */
export function base64Offsets(bytes: Uint8Array): readonly string[] | undefined {
  const variants = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, ' '), bytes]).toString('base64')
    const cut = (bytes.length + offset) % 3
    return encoded.slice(offset === 0 ? 0 : offset + 1, cut === 0 ? undefined : cut - 4)
  })
  return variants.every((variant) => variant !== '') ? variants : undefined
}

export type Utf16 = 'utf16le' | 'utf16be' | 'utf16'

/** Each literal part in UTF-16, its bytes read as UTF-8; undefined where they are none, as for most texts beyond ASCII. */
export function toUtf16(parts: readonly Part[], encoding: Utf16): readonly Part[] | undefined {
  const encoded = parts.map((part) => (typeof part === 'string' ? utf8Of(utf16Bytes(part, encoding)) : part))
  const mark: readonly Part[] = encoding === 'utf16' ? ['\ufeff'] : []
  return encoded.every((part) => part !== undefined) ? [...mark, ...encoded] : undefined
}

/** A text without wildcards in UTF-16, with its byte order mark FF FE where the encoding has one; undefined for one with wildcards. */
export function utf16Of(parts: readonly Part[], encoding: Utf16): Uint8Array | undefined {
  const text = plainText(parts)
  if (text === undefined) return undefined
  return utf16Bytes(encoding === 'utf16' ? `\ufeff${text}` : text, encoding)
}

function utf16Bytes(text: string, encoding: Utf16): Buffer {
  const bytes = Buffer.from(text, 'utf16le')
  return encoding === 'utf16be' ? bytes.swap16() : bytes
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The text with each `-` or `/` that begins an option written as any of five dashes; undefined for more than three of them, which
 *  would be over 125 texts. */
export function dashVariants(parts: readonly Part[]): readonly (readonly Part[])[] | undefined {
  let variants: readonly (readonly Part[])[] = [[]]
  let dashes = 0
  for (const part of parts) {
    const [head, ...rest]: readonly Part[] = typeof part === 'string' ? part.split(OPTION_DASH) : [part]
    dashes += rest.length
    if (dashes > MAX_DASHES) return undefined
    variants = variants.map((variant) => (head === undefined ? variant : [...variant, head]))
    for (const piece of rest) variants = variants.flatMap((variant) => DASHES.map((dash) => [...variant, dash, piece]))
  }
  return variants
}
// A dash between what is no word character and what is one.
const OPTION_DASH = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/u
