import { join } from 'node:path'
import { Command } from 'commander'
import { loadFalcoRuleFiles } from '../lib/falco-rules.ts'
import { falcoTestProblems } from '../lib/falco-tests.ts'
import { byPlace, formatProblem } from '../lib/rule/problem.ts'
import { loadRules } from '../lib/rule-set.ts'

/** `creance check`: what is wrong with rule files, with file, line and column. Exit 0 fine, 1 errors, 2 a path that cannot be read. */
export function checkCommand(packageRoot: string): Command {
  return new Command('check')
    .description('Checks rule files: Falco rules, macros and lists, correlations, responses, routes, permissions and guards.')
    .argument('[path...]', 'files or folders (default: the shipped rules)')
    .option('--json', 'the problems as a JSON list')
    .action((given: string[], { json = false }: { json?: boolean }) => {
      const paths = given.length > 0 ? given : [join(packageRoot, 'rules')]
      const { problems: own, fileCount, itemCount } = loadRules(paths)
      const falco = loadFalcoRuleFiles(paths)
      const problems = [...own, ...falco.problems, ...falcoTestProblems(paths)].toSorted(byPlace)
      if (json) process.stdout.write(`${JSON.stringify(problems)}\n`)
      else for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`)
      const errors = problems.filter(({ severity }) => severity === 'error').length
      if (!json)
        process.stderr.write(
          `${fileCount} files, ${falco.rules.length} Falco rules, ${itemCount} items of ours: ${errors} errors, ${problems.length - errors} warnings\n`,
        )
      process.exitCode = errors > 0 ? 1 : 0
    })
}
