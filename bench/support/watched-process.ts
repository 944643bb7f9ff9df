import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const TICKS_A_SECOND = 100 // USER_HZ, the unit of /proc/PID/stat: 100 on every Linux that Node runs on
const START_MS = 30_000
const STOP_MS = 60_000

export type Command = { readonly file: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }
export type WatchedProcess = {
  /** From the spawn to the first 200. */
  readonly startedMs: number
  /** User and system time of all its threads so far, in steps of 10 ms. */
  readonly cpuMs: () => number
  readonly rssBytes: () => number
  readonly peakRssBytes: () => number
  /** SIGTERM, and how it ended: its exit code, or the signal's name (SIGKILL: it did not end by itself within a minute). */
  readonly stop: () => Promise<number | string>
}

/** Starts a server with this environment and no other, its output in `logFile`, and waits for the first 200 of `healthUrl`. Linux alone.
 *  Throws when it ends before, or is not up in half a minute, with the end of its log. */
export async function startWatched({ file, args, env }: Command, healthUrl: string, logFile: string): Promise<WatchedProcess> {
  const log = openSync(logFile, 'w')
  const start = performance.now()
  const child = spawn(file, args, { env: { ...env }, stdio: ['ignore', log, log] })
  closeSync(log)
  const ended = endOf(child)
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    return ended.finally(() => clearTimeout(late))
  }
  while (!(await isUp(healthUrl))) {
    const over = child.exitCode !== null || child.pid === undefined || performance.now() - start > START_MS
    if (!over) {
      await sleep(5)
      continue
    }
    await stop().catch(() => undefined)
    throw new Error(`${file} is not up: ${readFileSync(logFile, 'utf8').slice(-2000)}`)
  }
  const startedMs = performance.now() - start
  return {
    startedMs,
    cpuMs: () => cpuMs(child.pid),
    rssBytes: () => statusBytes(child.pid, 'VmRSS'),
    peakRssBytes: () => statusBytes(child.pid, 'VmHWM'),
    stop,
  }
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
}

async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.text()
    return response.status === 200
  } catch {
    return false
  }
}

/** Fields 14 and 15 (utime, stime); the second, the name in brackets, may hold spaces. Source: proc_pid_stat(5). */
function cpuMs(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_A_SECOND
}

function statusBytes(pid: number | undefined, name: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}
