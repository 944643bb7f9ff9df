import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { messageOf } from '../lib/error.ts'

const TELL_EVERY_MS = 1000

/** The lines of a file, or of standard input for `-`, one at a time, whatever their number. Where a person looks on, stderr counts them.
 *  A file that cannot be read ends the process with 2. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : openFile(file)
  const tell = progress()
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    tell.line()
    yield line
  }
  tell.end()
}

function openFile(file: string) {
  const stream = createReadStream(file)
  stream.once('error', (error) => {
    process.stderr.write(`creance: ${file} cannot be read: ${messageOf(error)}\n`)
    process.exit(2)
  })
  return stream
}

/** Nothing for the first second, and nothing at all where stderr is no terminal. */
function progress() {
  let count = 0
  let toldMs = performance.now()
  let told = false
  return {
    line: () => {
      count++
      if (!process.stderr.isTTY || count % 1000 !== 0 || performance.now() - toldMs < TELL_EVERY_MS) return
      process.stderr.write(`\r${count.toLocaleString('en')} lines`)
      toldMs = performance.now()
      told = true
    },
    end: () => {
      if (told) process.stderr.write(`\r${count.toLocaleString('en')} lines\n`)
    },
  }
}
