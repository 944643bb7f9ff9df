import { once } from 'node:events'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { openDatabase } from '../lib/adapter/sqlite.ts'
import { sqliteStore } from '../lib/adapter/sqlite-store.ts'
import { messageOf } from '../lib/error.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import { startRehearsal } from '../lib/rehearse.ts'
import { type Replayed, replayAlert, replayAudit, replayIncident } from '../lib/replay.ts'
import { loadRulesOrThrow } from '../lib/rule-set.ts'
import { auditRules } from '../lib/stage/audit.ts'
import { linesOf } from './lines.ts'

type Flags = { readonly rules?: readonly string[]; readonly source: 'alerts' | 'k8s_audit'; readonly ruleMatching: 'first' | 'all' }

/** What a source's lines lead to, and, when all are read, what they came to together. */
type Replayer = { readonly line: (text: string) => Replayed | Promise<Replayed>; readonly end: () => Promise<readonly string[]> }

/** `creance replay`: what these events would have led to, touching nothing. Exit 0, 1 where the rules do not load. */
export function replayCommand(packageRoot: string): Command {
  return new Command('replay')
    .description('What these events would have led to, touching nothing: JSON lines.')
    .argument('[file]', 'JSON lines; - or nothing: standard input', '-')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', collect)
    .addOption(new Option('--source <source>', 'what the lines are').choices(['alerts', 'k8s_audit']).default('alerts'))
    .addOption(
      new Option('--rule-matching <which>', 'of k8s_audit: whether the first rule that matches fires, or all')
        .choices(['first', 'all'])
        .default('first'),
    )
    .addHelpText(
      'after',
      '\nOf alerts: each detection, and at the end the incidents and what was planned for them. Of k8s_audit: what the audit rules make of each event.',
    )
    .action(async (file: string, { rules, source, ruleMatching }: Flags) => {
      const paths = rules ?? [join(packageRoot, 'rules')]
      const replayer = replayerOrNone(() => (source === 'alerts' ? ofAlerts(paths) : ofAudit(paths, ruleMatching)))
      if (!replayer) return
      let refused = 0
      for await (const text of linesOf(file)) {
        if (text.trim() === '') continue
        const replayed = await replayer.line(text)
        refused += replayed.refused.length
        if (replayed.refused.length > 0 && refused <= TOLD_MAX) process.stderr.write(`creance: not read: ${replayed.refused[0]}\n`)
        await print(replayed.lines)
      }
      await print(await replayer.end())
      if (refused > 0) process.stderr.write(`creance: ${refused} could not be read\n`)
    })
}

const TOLD_MAX = 5
/** Alerts that are evaluated together, as in a message of the queue. */
const GROUP_MAX = 200

function ofAudit(paths: readonly string[], matching: Flags['ruleMatching']): Replayer {
  return { line: replayAudit(auditRules(loadFalcoRulesOrThrow(paths)), matching), end: async () => [] }
}

function ofAlerts(paths: readonly string[]): Replayer {
  const store = sqliteStore(openDatabase(':memory:'), { clock: Date.now })
  const rehearsal = startRehearsal(loadRulesOrThrow(paths), store, 'replay')
  let group: string[] = []
  const play = async (): Promise<void> => {
    const alerts = group
    group = []
    await rehearsal.play(alerts)
  }
  return {
    line: async (text) => {
      group.push(text)
      if (group.length === GROUP_MAX) await play()
      return replayAlert(text)
    },
    end: async () => {
      await play()
      return (await rehearsal.incidents()).flatMap(replayIncident)
    },
  }
}

/** Undefined, with exit 1, where the rules do not load. */
function replayerOrNone(make: () => Replayer): Replayer | undefined {
  try {
    return make()
  } catch (error) {
    process.stderr.write(`creance: ${messageOf(error)}\n`)
    process.exitCode = 1
    return undefined
  }
}

async function print(lines: readonly string[]): Promise<void> {
  for (const line of lines) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
