import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { unzipSync } from 'fflate'

/** Packages the service with `serverless package`, and unpacks each function's artefact under `folder`. Returns the packages' sizes in bytes. */
export function packageFunctions(folder: string, names: readonly string[]): ReadonlyMap<string, number> {
  const output = join(folder, 'package')
  const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' }
  execFileSync('serverless', ['package', '--package', output], { env, stdio: 'pipe' })
  const sizes = names.map((name) => {
    const zip = readFileSync(join(output, `${name}.zip`))
    for (const [path, bytes] of Object.entries(unzipSync(zip))) {
      if (path.endsWith('/')) continue
      const file = join(folder, name, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes)
    }
    return [name, zip.length] as const
  })
  return new Map(sizes)
}

/** A packaged function running in a process of its own, under this Node, with the environment that the service gives it and no other. */
export type RunningFunction = {
  readonly loadedMs: number
  readonly invoke: (event: unknown) => Promise<unknown>
  readonly log: () => string
  readonly stop: () => void
}

export async function startFunction(folder: string, name: string, env: Readonly<Record<string, string>>): Promise<RunningFunction> {
  const cwd = join(folder, name)
  const args = [join(import.meta.dirname, '../e2e/invoke.mjs'), join(cwd, `functions/${name}.mjs`)]
  const child: ChildProcess = spawn(process.execPath, args, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  const answers: ((answer: { result?: unknown; error?: string; loadedMs?: number }) => void)[] = []
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log += chunk
  })
  const next = () =>
    new Promise<{ result?: unknown; error?: string; loadedMs?: number }>((resolve, reject) => {
      answers.push(resolve)
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${log}`)))
    })
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('\u0001')) answers.shift()?.(JSON.parse(line.slice(1)))
      else log += `${line}\n`
    })
  }
  const { loadedMs = 0 } = await next()
  return {
    loadedMs,
    invoke: async (event) => {
      const answer = next()
      child.stdin?.write(`${JSON.stringify(event)}\n`)
      const { result, error } = await answer
      if (error !== undefined) throw new Error(error)
      return result
    },
    log: () => log,
    stop: () => child.kill('SIGKILL'),
  }
}
