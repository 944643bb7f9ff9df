import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Command, Option } from 'commander'
import { messageOf } from '../lib/error.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import { type Replayed, replayAlert, replayAudit } from '../lib/replay.ts'
import { auditRules } from '../lib/stage/audit.ts'

type Flags = { readonly rules?: readonly string[]; readonly source: 'alerts' | 'k8s_audit'; readonly ruleMatching: 'first' | 'all' }

/** `creance replay`: what these events would have led to, touching nothing. Exit 0, 1 where the rules do not load. */
export function replayCommand(packageRoot: string): Command {
  return new Command('replay')
    .description('What these events would have led to, touching nothing: JSON lines.')
    .argument('[file]', 'JSON lines; - or nothing: standard input', '-')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', collect)
    .addOption(new Option('--source <source>', 'what the lines are').choices(['alerts', 'k8s_audit']).default('alerts'))
    .addOption(
      new Option('--rule-matching <which>', 'whether the first rule that matches fires, or all').choices(['first', 'all']).default('first'),
    )
    .addHelpText('after', '\nOf alerts this version shows the detections; of k8s_audit, what the audit rules make of each event.')
    .action(async (file: string, { rules, source, ruleMatching }: Flags) => {
      const lineOf = readerOf(source, ruleMatching, rules ?? [join(packageRoot, 'rules')])
      if (!lineOf) return
      let refused = 0
      for await (const line of createInterface({
        input: file === '-' ? process.stdin : openFile(file),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        if (line.trim() === '') continue
        const replayed = lineOf(line)
        refused += replayed.refused.length
        if (replayed.refused.length > 0 && refused <= TOLD_MAX) process.stderr.write(`creance: not read: ${replayed.refused[0]}\n`)
        for (const text of replayed.lines) if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain')
      }
      if (refused > 0) process.stderr.write(`creance: ${refused} could not be read\n`)
    })
}

const TOLD_MAX = 5

/** Undefined, with exit 1, where the rules do not load. */
function readerOf(
  source: Flags['source'],
  matching: Flags['ruleMatching'],
  paths: readonly string[],
): ((line: string) => Replayed) | undefined {
  if (source === 'alerts') return replayAlert
  try {
    return replayAudit(auditRules(loadFalcoRulesOrThrow(paths)), matching)
  } catch (error) {
    process.stderr.write(`creance: ${messageOf(error)}\n`)
    process.exitCode = 1
    return undefined
  }
}

function openFile(file: string) {
  const stream = createReadStream(file)
  stream.once('error', (error) => {
    process.stderr.write(`creance: ${file} cannot be read: ${messageOf(error)}\n`)
    process.exit(2)
  })
  return stream
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
