import { readFileSync } from 'node:fs'

/** The most memory that a process has had so far, in bytes; undefined when it is gone. Linux alone. */
export function peakRssBytes(pid: number | undefined): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? undefined : Number(kib) * 1024
  } catch {
    return undefined
  }
}
