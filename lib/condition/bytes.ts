const NON_ASCII = /[\u0080-\uffff]/

export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text)
}

/** The UTF-8 bytes of a text, as a string of one character (U+0000 to U+00FF) a byte; an ASCII text is its own.
 *  A lone surrogate U+DC80 to U+DCFF, as the parser makes of `\xHH`, stands for that byte. */
export function toBinary(value: string | Uint8Array): string {
  if (typeof value !== 'string') return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
  if (isAscii(value)) return value
  if (value.isWellFormed()) return Buffer.from(value).toString('latin1')
  return value.replace(/[\u{DC80}-\u{DCFF}]|[^\u{DC80}-\u{DCFF}]+/gu, (part) => {
    const code = part.charCodeAt(0)
    return code >= 0xdc80 && code <= 0xdcff ? String.fromCharCode(code & 0xff) : Buffer.from(part).toString('latin1')
  })
}

/** The length of a text in bytes of UTF-8. */
export function byteLength(text: string): number {
  return isAscii(text) ? text.length : toBinary(text).length
}

/** Negative, zero or positive as `left` comes before, at or after `right` in the order of their UTF-8 bytes. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0
  // UTF-16 and UTF-8 order texts alike, but for what is written with surrogates.
  const [first, second] = /[\ud800-\udfff]/.test(left + right) ? [toBinary(left), toBinary(right)] : [left, right]
  return first < second ? -1 : 1
}

/** ASCII letters lowered, every other character as it is. */
export function lowerAscii(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** ASCII letters raised, every other character as it is. */
export function upperAscii(text: string): string {
  return isAscii(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}
