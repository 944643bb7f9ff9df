import { Command } from 'commander'
import { jsonLog } from '../lib/runtime/log.ts'
import type { Local } from '../local/local.ts'

type Options = { once?: boolean; json?: boolean; kubeconfig?: string; http?: string; listen?: string; verbose?: boolean }

/** `creance demo`: the story, with a page to press the buttons on; `--once` plays it unattended and exits 0 only if every step happened. */
export function demoCommand(packageRoot: string): Command {
  return new Command('demo')
    .description(
      'Plays a break-in and what follows, on this machine alone: two Falco alerts, one incident in chat, a pod isolated and released.',
    )
    .option('--once', 'play it unattended; exit 0 only if every step really happened')
    .option('--json', 'one JSON object a step, instead of words')
    .option('--kubeconfig <file>', 'play it on this cluster (in the namespace creance-demo, removed again) instead of the in-memory one')
    .option('--http <host:port>', 'where the page is served (default: 127.0.0.1:2802; with --once any free port)')
    .option('--listen <host:port>', 'where alerts are taken (default: 127.0.0.1:2801; with --once any free port)')
    .option('--verbose', "Creance's own log, on stderr")
    .action(async ({ once = false, json = false, verbose = false, kubeconfig, ...addresses }: Options) => {
      const { http = once ? '127.0.0.1:0' : '127.0.0.1:2802', listen = once ? '127.0.0.1:0' : '127.0.0.1:2801' } = addresses
      const say = (words: string, data: object) => process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${words}\n`)
      let count = 0
      const { playDemo } = await import('../local/demo/demo.ts')
      const ok = await playDemo(
        {
          packageRoot,
          kubeconfig,
          http,
          listen,
          attended: !once,
          log: jsonLog((line) => verbose && process.stderr.write(line)),
          onStart: ({ httpUrl, forwarderUrl }) =>
            say(`\n  The channel:      ${httpUrl}\n  Alerts are taken: ${forwarderUrl}\n`, { page: httpUrl, forwarder: forwarderUrl }),
          onAsk: (ask) => say(`  → your turn: ${ask}`, { ask }),
          onStep: (result) => {
            count += 1
            say(`  ${result.ok ? '✔' : '✘'} ${count}. ${result.step}\n       ${result.found} (${result.milliseconds} ms)`, result)
          },
        },
        once ? undefined : lingerUntilInterrupted,
      )
      say(ok ? '\n  Every step happened.' : '\n  The story broke off here; --verbose shows the log.', { ok })
      process.exitCode = ok ? 0 : 1
    })
}

/** The page stays up to be looked at, until Ctrl-C. */
async function lingerUntilInterrupted({ httpUrl }: Local): Promise<void> {
  process.stdout.write(`\n  The page stays at ${httpUrl} until you press Ctrl-C.\n`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
