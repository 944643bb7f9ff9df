import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { ConditionError } from '../lib/condition/error.ts'
import { parseCondition } from '../lib/condition/parse.ts'
import { printCondition } from '../lib/condition/print.ts'

/** As deep as Falco's parser goes by itself; in rules it is 1,000. */
const MAX_DEPTH = 100

type Answer = { readonly ok: true; readonly canonical: string } | { readonly ok: false; readonly error: string; readonly column: number }

/** `creance parse`: a condition in canonical form, or where it fails. Syntax only: no name is looked up. Exit 0, 2 where it is none. */
export function parseCommand(): Command {
  return new Command('parse')
    .description(
      'A condition in canonical form, or where it fails; with -, one a line (as it is, or as a JSON string), each answered by a JSON line.',
    )
    .argument('<condition>', 'a condition, or - for standard input')
    .action(async (condition: string) => {
      if (condition === '-') {
        for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
          if (line.trim() !== '') process.stdout.write(`${JSON.stringify(answer(textOf(line)))}\n`)
        }
        return
      }
      const result = answer(condition)
      if (result.ok) process.stdout.write(`${result.canonical}\n`)
      else process.stderr.write(`creance: column ${result.column}: ${result.error}\n`)
      process.exitCode = result.ok ? 0 : 2
    })
}

function answer(text: string): Answer {
  try {
    return { ok: true, canonical: printCondition(parseCondition(text, { maxDepth: MAX_DEPTH })) }
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    return { ok: false, error: error.message, column: error.column }
  }
}

/** A line that is a JSON string is that string; any other is the condition itself. */
function textOf(line: string): string {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'string' ? value : line
  } catch {
    return line
  }
}
