import type { Log, LogFields } from '../port/log.ts'

/** One JSON object a line on `write` (stderr of a process, stdout of a function). `base` stands in every line. */
export function jsonLog(write: (line: string) => void, base: LogFields = {}): Log {
  const line =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...base, ...fields })}\n`)
  return { info: line('info'), warn: line('warn'), error: line('error') }
}
