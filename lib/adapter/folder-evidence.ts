import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CodedError, type ErrorCode, messageOf } from '../error.ts'
import type { EvidenceStore } from '../port/evidence.ts'

const KEY = /^(?:[A-Za-z0-9_-][\w.-]{0,199}\/){0,8}[A-Za-z0-9_-][\w.-]{0,199}$/

/** Evidence in a folder, which is made if need be; nobody else may read it. A file is there in full or not at all, and on the disk before it is said
 *  to be kept. Errors: `invalid_input` (a key that would leave the folder), `not_permitted`, `invalid_config`, `unavailable` (a full disk). */
export function folderEvidence(folder: string): EvidenceStore {
  const root = resolve(folder)
  return {
    keep: async (key, bytes) => {
      if (!KEY.test(key))
        throw new CodedError('invalid_input', `evidence cannot be kept under the key ${JSON.stringify(key.slice(0, 100))}`)
      const file = join(root, key)
      const kept = await keepFile(file, bytes).catch(translate)
      return { uri: pathToFileURL(file).href, sha256: createHash('sha256').update(kept).digest('hex') }
    },
  }
}

/** What is in the file then: these bytes, or what was there before. */
async function keepFile(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  const folder = dirname(file)
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  const unfinished = join(folder, `.${randomUUID()}`)
  await write(unfinished, bytes)
  try {
    await link(unfinished, file)
  } catch (error) {
    if (codeIn(error) !== 'EEXIST') throw error
    return await readFile(file)
  } finally {
    await unlink(unfinished)
  }
  // A new file, and the folders above it, are there after a power cut only once their folders are synced
  const top = first === undefined ? folder : dirname(first)
  for (let at = folder; at.length >= top.length; at = dirname(at)) {
    await sync(at)
    if (at === dirname(at)) break
  }
  return bytes
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function codeIn(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'not_permitted',
  EPERM: 'not_permitted',
  EROFS: 'not_permitted',
  ENOTDIR: 'invalid_config',
  EEXIST: 'invalid_config',
  ENAMETOOLONG: 'invalid_input',
}

function translate(error: unknown): never {
  throw new CodedError(CODES[codeIn(error)] ?? 'unavailable', `evidence folder: ${messageOf(error)}`, { cause: error })
}
