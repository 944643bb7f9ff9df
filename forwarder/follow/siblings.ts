import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'

/** A regular file as it was seen at `path`; numbers as decimal text, since inodes and nanoseconds pass 2^53. */
export type SeenFile = {
  readonly path: string
  readonly device: string
  readonly inode: string
  readonly modifiedNs: string
  readonly size: number
}
type FileId = Pick<SeenFile, 'device' | 'inode'>

const COMPRESSED = /\.(?:gz|zst|bz2|xz|lz4|zip)$/

export const isSameFile = (one: FileId, other: FileId): boolean => one.device === other.device && one.inode === other.inode

/** What stands at `path`, through symlinks; undefined when nothing does. Throws when it is no regular file. */
export async function seeFile(path: string): Promise<SeenFile | undefined> {
  const seen = await see(path)
  if (seen && !seen.isFile) throw new Error(`${path} is no regular file`)
  return seen
}

/** The files beside `file`, in its folder and in that of its target, without `current`, which is what stands at `file` now. `rotated`:
 *  those that are named as `file` before a rotation, with a number or date (`x-2026-01-02.log`, `x.log.1`), not compressed; oldest first. */
export async function filesBeside(
  file: string,
  current: FileId | undefined,
): Promise<{ readonly all: readonly SeenFile[]; readonly rotated: readonly SeenFile[] }> {
  const target = await realpath(file).catch(() => file)
  const found = new Map<string, SeenFile>()
  for (const folder of new Set([dirname(file), dirname(target)])) {
    for (const name of await namesIn(folder)) {
      const seen = await see(join(folder, name))
      if (seen?.isFile && !(current && isSameFile(seen, current))) found.set(`${seen.device}:${seen.inode}`, seen)
    }
  }
  const all = [...found.values()].sort(byAge)
  return { all, rotated: all.filter(({ path }) => [file, target].some((one) => isRotated(basename(path), basename(one)))) }
}

/** The oldest of `rotated` that is newer than `last`. Of two that were changed at one time, the name that sorts last is the newer. */
export function oldestAfter(rotated: readonly SeenFile[], last: Pick<SeenFile, 'device' | 'inode' | 'modifiedNs'>): SeenFile | undefined {
  const at = rotated.findIndex((one) => isSameFile(one, last))
  return at === -1 ? rotated.find((one) => BigInt(one.modifiedNs) > BigInt(last.modifiedNs)) : rotated[at + 1]
}

/** Whether this is an error of the system with one of these names (`ENOENT`). */
export function hasErrno(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && names.some((name) => name === error.code)
}

async function see(path: string): Promise<(SeenFile & { readonly isFile: boolean }) | undefined> {
  try {
    const stats = await stat(path, { bigint: true })
    const id = { device: `${stats.dev}`, inode: `${stats.ino}` }
    return { path, ...id, modifiedNs: `${stats.mtimeNs}`, size: Number(stats.size), isFile: stats.isFile() }
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined
    throw error
  }
}

/** Sorted; none where the folder is not there or may not be listed: its one file may be readable all the same. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return []
    throw error
  }
}

function byAge(one: SeenFile, other: SeenFile): number {
  const [a, b] = [BigInt(one.modifiedNs), BigInt(other.modifiedNs)]
  if (a !== b) return a < b ? -1 : 1
  return one.path < other.path ? -1 : 1
}

function isRotated(name: string, base: string): boolean {
  const extension = extname(base)
  const stem = basename(base, extension)
  if (COMPRESSED.test(name)) return false
  const dated = name.startsWith(stem) && name.endsWith(extension) ? name.slice(stem.length, name.length - extension.length) : ''
  const numbered = name.startsWith(base) ? name.slice(base.length) : ''
  return [dated, numbered].some((part) => /^[-._]\d/.test(part))
}
