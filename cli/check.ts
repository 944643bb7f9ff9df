import { join } from 'node:path'
import { Command } from 'commander'
import { formatProblem } from '../lib/rule/problem.ts'
import { loadRules } from '../lib/rule-set.ts'

/** `creance check`: what is wrong with rule files, with file, line and column. Exit 0 fine, 1 errors, 2 a path that cannot be read. */
export function checkCommand(packageRoot: string): Command {
  return new Command('check')
    .description('Checks rule files: correlations, responses, routes, permissions and guards.')
    .argument('[path...]', 'files or folders (default: the shipped rules)')
    .option('--json', 'the problems as a JSON list')
    .action((paths: string[], { json = false }: { json?: boolean }) => {
      const { problems, fileCount, itemCount } = loadRules(paths.length > 0 ? paths : [join(packageRoot, 'rules')])
      if (json) process.stdout.write(`${JSON.stringify(problems)}\n`)
      else for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`)
      const errors = problems.filter(({ severity }) => severity === 'error').length
      if (!json) process.stderr.write(`${fileCount} files, ${itemCount} items: ${errors} errors, ${problems.length - errors} warnings\n`)
      process.exitCode = errors > 0 ? 1 : 0
    })
}
