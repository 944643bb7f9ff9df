import { once } from 'node:events'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { scratchDatabase } from '../lib/adapter/sqlite.ts'
import { sqliteStore } from '../lib/adapter/sqlite-store.ts'
import { messageOf } from '../lib/error.ts'
import { explainIncident } from '../lib/explain.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import { printable } from '../lib/printable.ts'
import { startRehearsal } from '../lib/rehearse.ts'
import { type Replayed, replayAlert, replayAudit, replayIncident } from '../lib/replay.ts'
import { allIncidents } from '../lib/response/view.ts'
import { loadRulesOrThrow } from '../lib/rule-set.ts'
import { auditRules } from '../lib/stage/audit.ts'
import { linesOf } from './lines.ts'

type Flags = {
  readonly rules?: readonly string[]
  readonly source: 'alerts' | 'k8s_audit'
  readonly ruleMatching: 'first' | 'all'
  readonly detections: boolean
  readonly explain?: string
}

/** What a source's lines lead to, and, when all are read, what they came to together. */
type Replayer = { readonly line: (text: string) => Replayed | Promise<Replayed>; readonly end: () => AsyncIterable<string> }

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
    .option('--no-detections', 'only what they came to: no line for each detection')
    .option('--explain <id>', 'of one incident (the beginning of its id), in words: what made it, and why')
    .addHelpText(
      'after',
      `
Of alerts and of k8s_audit: each detection, and at the end the incidents, what was planned for them, and whom they would have been told.
Correlations go by the events' own times, and what has to wait is decided as those times pass. Memory does not grow with the input.`,
    )
    .action(async (file: string, { rules, source, ruleMatching, detections, explain }: Flags) => {
      const paths = rules ?? [join(packageRoot, 'rules')]
      const replayer = replayerOrNone(() => makeReplayer(paths, { source, ruleMatching, explain }))
      if (!replayer) return
      let refused = 0
      for await (const text of linesOf(file)) {
        if (text.trim() === '') continue
        const replayed = await replayer.line(text)
        refused += replayed.refused.length
        if (replayed.refused.length > 0 && refused <= TOLD_MAX)
          process.stderr.write(`creance: not read: ${printable(replayed.refused[0] ?? '')}\n`)
        if (detections && explain === undefined) await print(replayed.lines)
      }
      let lines = 0
      for await (const line of replayer.end()) {
        await print([line])
        lines += 1
      }
      if (explain !== undefined && lines === 0) process.stderr.write(`creance: these events lead to no incident ${explain}…\n`)
      if (refused > 0) process.stderr.write(`creance: ${refused} could not be read\n`)
    })
}

const TOLD_MAX = 5

function makeReplayer(
  paths: readonly string[],
  { source, ruleMatching, explain }: Omit<Flags, 'rules' | 'detections' | 'explain'> & { readonly explain: string | undefined },
): Replayer {
  const rules = loadRulesOrThrow(paths)
  const newStore = (clock: () => number) => sqliteStore(scratchDatabase(), { clock })
  const rehearsal = startRehearsal(rules, newStore, { cluster: 'replay' })
  const read = source === 'alerts' ? replayAlert : replayAudit(auditRules(loadFalcoRulesOrThrow(paths)), ruleMatching)
  const routes = rules.routes.map(({ route }) => route)
  return {
    line: async (text) => {
      const replayed = read(text)
      for (const alert of source === 'alerts' ? [text] : replayed.lines) await rehearsal.play(alert)
      return replayed
    },
    end: async function* () {
      await rehearsal.settle()
      for await (const view of allIncidents(rehearsal.store)) {
        if (explain === undefined) yield* replayIncident(view, routes)
        else if (view.incident.id.startsWith(explain)) yield* explainIncident(view, routes)
      }
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
  for (const line of lines) if (!process.stdout.write(`${printable(line)}\n`)) await once(process.stdout, 'drain')
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
