import { readFile } from 'node:fs/promises'
import { CodedError } from '../error.ts'
import type { Clock } from '../port/log.ts'
import type { SecretSource } from '../route/webhook.ts'
import type { AwsAccess } from './aws-access.ts'
import { type Cached, cachedUntil } from './cached-until.ts'

export type SecretPorts = { readonly aws: Pick<AwsAccess, 'secret' | 'parameter'>; readonly clock: Clock }

const KEPT_MS = 5 * 60_000
const MOST_BYTES = 64 * 1024

/** The texts of secrets, without the white space around them (a file ends with a newline), each asked for anew after five minutes. Errors: those of AwsAccess, and
 *  `invalid_config` for a file that cannot be read or a secret that is empty: without a word of it. */
export function secretSource({ aws, clock }: SecretPorts): (source: SecretSource) => Promise<string> {
  const known = new Map<string, Cached<string>>()
  return (source) => {
    const key = JSON.stringify([source.secret, source.parameter, source.file])
    const cached =
      known.get(key) ??
      cachedUntil(
        () => textOf(source, aws),
        (_text, loadedMs) => loadedMs + KEPT_MS,
        clock,
      )
    known.set(key, cached)
    return cached.get()
  }
}

async function textOf({ secret, parameter, file }: SecretSource, aws: SecretPorts['aws']): Promise<string> {
  const what = secret === undefined ? (parameter === undefined ? `file ${file}` : `parameter ${parameter}`) : `secret ${secret}`
  const text =
    secret !== undefined ? await aws.secret(secret) : parameter !== undefined ? await aws.parameter(parameter) : await textIn(file ?? '')
  const trimmed = text.trim()
  if (trimmed === '') throw new CodedError('invalid_config', `${what}: it is empty`)
  return trimmed
}

async function textIn(file: string): Promise<string> {
  try {
    const bytes = await readFile(file)
    if (bytes.byteLength <= MOST_BYTES) return bytes.toString('utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new CodedError('invalid_config', `file ${file}: it cannot be read: ${code}`)
  }
  throw new CodedError('invalid_config', `file ${file}: expected a secret, of at most 64 KiB`)
}
