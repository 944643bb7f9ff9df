import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../..')

export type InstallationSettings = {
  readonly data: string
  readonly rules: string
  readonly kubeconfig: string
  readonly slackApi: string
  readonly slackToken: string
  readonly signingSecret?: string
  /** Presses come by Socket Mode. */
  readonly appToken?: string
  readonly listen: string
  readonly http: string
}

/** `creance local` in a process of its own. `kill` is kill -9. `log`: its log lines so far. */
export type Installation = {
  readonly kill: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly log: () => readonly Record<string, unknown>[]
}

/** Starts it, and resolves when it is up. Rejects, with its log, when it ends before. */
export async function startInstallation(settings: InstallationSettings): Promise<Installation> {
  const { data, rules, kubeconfig, slackApi, slackToken, signingSecret = '', appToken = '', listen, http } = settings
  const flags = { data, rules, kubeconfig, 'slack-api': slackApi, listen, http, cluster: 'demo' }
  const args = [join(ROOT, 'cli/creance.ts'), 'local', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])]
  const env = { PATH: process.env.PATH, SLACK_BOT_TOKEN: slackToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_APP_TOKEN: appToken }
  const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const log: Record<string, unknown>[] = []
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    void ended.then(() => reject(new Error(`creance local ended: ${JSON.stringify(log.slice(-3))}`)))
    if (!child.stderr) return
    createInterface({ input: child.stderr }).on('line', (line) => {
      const entry = line.startsWith('{') ? JSON.parse(line) : { message: line }
      log.push(entry)
      if (entry.message === 'creance local is up') resolve()
    })
  })
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal)
    await ended
  }
  return { kill: () => end('SIGKILL'), stop: () => end('SIGTERM'), log: () => log }
}
