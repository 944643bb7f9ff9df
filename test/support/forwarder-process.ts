import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'

const ROOT = join(import.meta.dirname, '../..')
const MEMORY = ['--max-semi-space-size=4', '--max-old-space-size=96'] // as the image starts it

export type ForwarderProcess = { readonly url: string; readonly child: ChildProcess; readonly log: () => string }

/** `creance forward` as a process of its own, which is ready to take alerts. `port`: a free one if none is given. */
export async function startForwarderProcess(
  sqs: { readonly url: string; readonly endpoint: string },
  env: Readonly<Record<string, string>>,
  port?: number,
): Promise<ForwarderProcess> {
  const [free = 0] = port === undefined ? await freePorts(1) : [port]
  const url = `http://127.0.0.1:${free}`
  const whole = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    CREANCE_QUEUE_URL: sqs.url,
    CREANCE_CLUSTER: 'prod',
    CREANCE_LISTEN: `127.0.0.1:${free}`,
    CREANCE_LINGER_MS: '200',
    CREANCE_GRACE_SECONDS: '10',
    ...env,
  }
  const child = spawn(process.execPath, [...MEMORY, join(ROOT, 'cli/creance.ts'), 'forward'], {
    env: whole,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-20_000)
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the forwarder did not start: ${log}`)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
  return { url, child, log: () => log }
}

/** Resolves to the exit code when the process has ended; null: by a signal. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}
