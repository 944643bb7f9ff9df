/** A network of addresses of `length` bytes: those that begin with `prefix`, and whose next byte is `next` under `mask`. */
export type Network = { readonly length: number; readonly prefix: string; readonly next: number; readonly mask: number }

const LONGEST_ADDRESS = 45

/** The 4 or 16 bytes of an IP address, one character (U+0000 to U+00FF) each; undefined for any other text. */
export function addressBytes(text: string): string | undefined {
  if (text.length > LONGEST_ADDRESS) return undefined
  return text.includes(':') ? version6(text) : version4(text)
}

/** `address/prefix`, prefix 0 to 32 or 1 to 128; undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const bytes = addressBytes(address)
  if (bytes === undefined || rest.length > 0 || !/^[0-9]{1,3}$/.test(prefix)) return undefined
  const bits = Number(prefix)
  if (bits > bytes.length * 8 || (bytes.length === 16 && bits === 0)) return undefined
  const mask = (0xff00 >> (bits & 7)) & 0xff
  return { length: bytes.length, prefix: bytes.slice(0, bits >> 3), next: bytes.charCodeAt(bits >> 3) & mask, mask }
}

/** Whether an address, as its bytes, is in a network of its own version. */
export function withinNetwork(address: string, { length, prefix, next, mask }: Network): boolean {
  return address.length === length && address.startsWith(prefix) && (address.charCodeAt(prefix.length) & mask) === next
}

function version4(text: string): string | undefined {
  const parts = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$/.exec(text)?.slice(1)
  if (parts === undefined || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined
  return String.fromCharCode(...parts.map(Number))
}

function version6(text: string): string | undefined {
  const [head = '', tail, ...rest] = text.split('::')
  if (rest.length > 0) return undefined
  const before = groups(head)
  const after = tail === undefined ? '' : groups(tail)
  if (before === undefined || after === undefined) return undefined
  const missing = 16 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return before + '\0'.repeat(missing) + after
}

/** The bytes of groups joined by colons, the last of which may be an IPv4 address. */
function groups(text: string): string | undefined {
  if (text === '') return ''
  const parts = text.split(':')
  let bytes = ''
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1 && part.includes('.') ? version4(part) : undefined
    if (last === undefined && !/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
    const group = Number.parseInt(part, 16)
    bytes += last ?? String.fromCharCode(group >> 8, group & 0xff)
  }
  return bytes
}
