import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../fixtures/falco')

/** The lines of one recording under test/fixtures/falco, as Falco wrote them. */
export function recorded(name: string): readonly string[] {
  return readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
}

/** Every recorded alert: file and line number, and the line. */
export function allRecorded(): readonly { readonly name: string; readonly line: string }[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl'))
  return files.flatMap((file) => recorded(file.replace('.jsonl', '')).map((line, index) => ({ name: `${file}:${index + 1}`, line })))
}
