import { once } from 'node:events'
import { Command } from 'commander'
import { ConditionError } from '../lib/condition/error.ts'
import { CodedError } from '../lib/error.ts'
import { lineMatcher } from '../lib/rule/match-lines.ts'
import { linesOf } from './lines.ts'

/** `creance match`: grep for alerts. Exit 0 some, 1 none, 2 where the condition is none. */
export function matchCommand(): Command {
  return new Command('match')
    .description('Prints the JSON lines that match a condition in Falco’s language, as they are: grep for alerts.')
    .argument('<condition>', 'such as: proc.name = bash and alert.severity >= 3')
    .argument('[file]', 'JSON lines; - or nothing: standard input', '-')
    .action(async (condition: string, file: string) => {
      const matches = matcherFor(condition)
      let found = 0
      let passedOver = 0
      for await (const line of linesOf(file)) {
        if (line === '') continue
        const verdict = matches(line)
        if (verdict === undefined) passedOver += 1
        if (!verdict) continue
        found += 1
        if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
      }
      if (passedOver > 0) process.stderr.write(`creance: ${passedOver} lines are no JSON objects and were passed over\n`)
      process.exitCode = found > 0 ? 0 : 1
    })
}

function matcherFor(condition: string): (line: string) => boolean | undefined {
  try {
    return lineMatcher(condition)
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    throw new CodedError('invalid_config', `condition, line ${error.line}, column ${error.column}: ${error.message}`, { cause: error })
  }
}
