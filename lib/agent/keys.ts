import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { CodedError } from '../error.ts'

/** A private Ed25519 key: PEM, or one line of base64 (DER, PKCS #8). `what`: how a setting is called. Errors: `invalid_config`, without words of the key. */
export function privateKeyFrom(text: string, what: string): KeyObject {
  const given = text.trim()
  return ed25519(what, 'a private', () =>
    given.startsWith('-----')
      ? createPrivateKey(given)
      : createPrivateKey({ key: Buffer.from(given, 'base64'), format: 'der', type: 'pkcs8' }),
  )
}

/** A public Ed25519 key: PEM, or one line of base64 (DER, SPKI). A private key is none: it has no business where a public one is asked for. */
export function publicKeyFrom(text: string, what: string): KeyObject {
  const given = text.trim()
  return ed25519(what, 'a public', () => {
    if (given.includes('PRIVATE KEY')) throw new TypeError('a private key')
    return given.startsWith('-----')
      ? createPublicKey(given)
      : createPublicKey({ key: Buffer.from(given, 'base64'), format: 'der', type: 'spki' })
  })
}

/** What OpenSSL says of a key that it cannot read may have parts of it. */
function ed25519(what: string, kind: string, read: () => KeyObject): KeyObject {
  let key: KeyObject | undefined
  try {
    key = read()
  } catch {
    key = undefined
  }
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new CodedError('invalid_config', `${what}: expected ${kind} Ed25519 key, as PEM or as one line of base64 (DER)`)
  return key
}
