import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'

const ROOT = join(import.meta.dirname, '../..')

export type AgentProcess = { readonly url: string; readonly child: ChildProcess; readonly log: () => string }

/** `creance respond-agent` as a process of its own, which is ready to take orders. */
export async function startAgentProcess(env: Readonly<Record<string, string>>): Promise<AgentProcess> {
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const whole = {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    CREANCE_LISTEN: `127.0.0.1:${port}`,
    ...env,
  }
  const child = spawn(process.execPath, [join(ROOT, 'cli/creance.ts'), 'respond-agent'], {
    env: whole,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-20_000)
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the agent did not start: ${log}`)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
  return { url, child, log: () => log }
}
