import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { openStore, type StoreOptions, withStore } from './store.ts'

type Options = StoreOptions & { readonly rules?: readonly string[]; readonly days: number; readonly json?: boolean }

/** `creance responses`: each response with its mode, and what it would have done while it only observed: what to look at before it may act. */
export function responsesCommand(packageRoot: string): Command {
  return withStore(new Command('responses'))
    .description('Shows each response, its mode, and what it would have done while it only observed.')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', (path, before: string[] = []) => [
      ...before,
      path,
    ])
    .option('--days <n>', 'how far to look back, 1 to 30', daysOf, 7)
    .option('--json', 'one JSON object a response')
    .action(async ({ rules: paths, days, json, ...where }: Options) => {
      const { loadRulesOrThrow } = await import('../lib/rule-set.ts')
      const { historyOf, historyWords } = await import('../lib/response/history.ts')
      const { responses } = loadRulesOrThrow(paths ?? [join(packageRoot, 'rules')])
      const store = await openStore(where)
      for (const { response } of responses) {
        const { response: name, mode, dry_run, actions } = response
        const history = await historyOf(store, name, { nowMs: Date.now(), days })
        const said = { response: name, mode, dry_run, actions: actions.map(({ action }) => action), ...history }
        const words = `${name}\n  ${mode}${dry_run ? ' (dry run)' : ''}: ${said.actions.join(', ')}\n  ${historyWords(history)}\n`
        process.stdout.write(json ? `${JSON.stringify(said)}\n` : words)
      }
    })
}

function daysOf(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 30) throw new InvalidArgumentError('expected a whole number from 1 to 30')
  return days
}
