import { Command } from 'commander'
import { jsonLog } from '../lib/runtime/log.ts'
import type { StepResult } from '../local/demo/step.ts'
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
      const interrupted = new AbortController()
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort())
      const { signal } = interrupted
      const log = jsonLog((line) => verbose && process.stderr.write(line))
      const { playDemo } = await import('../local/demo/demo.ts')
      const tell = json ? tellScripts() : tellPeople()
      const ok = await playDemo({ packageRoot, kubeconfig, http, listen, attended: !once, signal, log, ...tell }, (local) =>
        once ? Promise.resolve() : linger(local, signal, tell),
      )
      tell.onEnd(ok)
      process.exitCode = ok ? 0 : 1
    })
}

type Teller = {
  readonly onStart: (local: Local) => void
  readonly onAsk: (ask: string, missing?: string) => void
  readonly onStep: (result: StepResult) => void
  readonly onLinger: (page: string) => void
  readonly onEnd: (ok: boolean) => void
}

function tellPeople(): Teller {
  const say = (words: string) => process.stdout.write(`${words}\n`)
  let count = 0
  return {
    onStart: ({ httpUrl, forwarderUrl }) =>
      say(`\n  The channel, to open in a browser: ${httpUrl}\n  Alerts are taken at:               ${forwarderUrl}\n`),
    onAsk: (ask, missing) => say(missing === undefined ? `  → your turn: ${ask}` : `    still waiting (${missing}): ${ask}`),
    onStep: ({ step, ok, found, milliseconds }) => {
      count += 1
      say(`  ${ok ? '✔' : '✘'} ${count}. ${step}\n       ${found} (${milliseconds} ms)`)
    },
    onLinger: (page) => say(`\n  The page stays at ${page} until you press Ctrl-C.`),
    onEnd: (ok) => say(ok ? '\n  Every step happened.' : '\n  The story broke off here; --verbose shows the log.'),
  }
}

function tellScripts(): Teller {
  const say = (data: object) => process.stdout.write(`${JSON.stringify(data)}\n`)
  return {
    onStart: ({ httpUrl, forwarderUrl }) => say({ page: httpUrl, forwarder: forwarderUrl }),
    onAsk: (ask, missing) => say({ ask, missing }),
    onStep: say,
    onLinger: () => undefined,
    onEnd: (ok) => say({ ok }),
  }
}

/** The page stays up to be looked at, until Ctrl-C. */
async function linger({ httpUrl }: Local, signal: AbortSignal, { onLinger }: Teller): Promise<void> {
  onLinger(httpUrl)
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}
