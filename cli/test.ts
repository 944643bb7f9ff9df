import { join } from 'node:path'
import { Command } from 'commander'
import { scratchDatabase } from '../lib/adapter/sqlite.ts'
import { sqliteStore } from '../lib/adapter/sqlite-store.ts'
import { runCorrelationTests } from '../lib/correlation-tests.ts'
import { runFalcoTests, type TestOutcome } from '../lib/falco-tests.ts'
import type { Clock } from '../lib/port/log.ts'
import { runResponseTests } from '../lib/response-tests.ts'

/** `creance test`: runs the test cases inside rule files. Exit 0 all pass, 1 one fails or the rules do not load, 2 a path that cannot be read. */
export function testCommand(packageRoot: string): Command {
  return new Command('test')
    .description('Runs the test cases inside rule files, with the engine that the functions use.')
    .argument('[path...]', 'files or folders (default: the shipped rules)')
    .option('--json', 'the outcomes as JSON lines')
    .action(async (given: string[], { json = false }: { json?: boolean }) => {
      const paths = given.length > 0 ? given : [join(packageRoot, 'rules')]
      const newStore = (clock: Clock) => sqliteStore(scratchDatabase(), { clock })
      const outcomes = [
        ...runFalcoTests(paths),
        ...(await runCorrelationTests(paths, newStore)),
        ...(await runResponseTests(paths, newStore)),
      ]
      for (const outcome of outcomes)
        if (json || !outcome.passed) process.stdout.write(`${json ? JSON.stringify(outcome) : formatOutcome(outcome)}\n`)
      const failed = outcomes.filter(({ passed }) => !passed).length
      if (!json) process.stderr.write(`${outcomes.length - failed} passed, ${failed} failed\n`)
      if (outcomes.length === 0) process.stderr.write('creance: no test cases here; a rule has them in its key tests\n')
      process.exitCode = failed > 0 ? 1 : 0
    })
}

function formatOutcome({ file, line, rule, test, why }: TestOutcome): string {
  return `${file}:${line}: failed: ${rule}: ${test}: ${why}`
}
