import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../lib/port/log.ts'
import { type Local, startLocal } from '../local.ts'
import { readLocalSettings } from '../settings.ts'
import { playStep, type StepResult } from './step.ts'
import { story } from './story.ts'
import { removeWorkloads } from './workload.ts'

export type DemoSettings = {
  readonly packageRoot: string
  readonly kubeconfig?: string | undefined
  readonly http: string
  readonly listen: string
  readonly attended: boolean
  /** Ends the story early, tidily. */
  readonly signal: AbortSignal
  readonly log: Log
  readonly onStart: (local: Local) => void
  readonly onStep: (result: StepResult) => void
  /** A person is to do something; or has been waited for, and this is still missing. */
  readonly onAsk: (ask: string, missing?: string) => void
}

const STEP_WITHIN_MS = 20_000

/** The rules that the demo plays by. */
export function demoRules(packageRoot: string): readonly string[] {
  return ['rules/correlation', 'rules/response/guards.yaml', 'local/demo/rules'].map((path) => join(packageRoot, path))
}

/** Plays the story on a `creance local` of its own, in a new folder and on loopback alone; with a kubeconfig on that cluster, in a namespace
 *  that it makes and removes. Resolves to whether every step happened. `linger` keeps it running after the last step. */
export async function playDemo(settings: DemoSettings, linger: (local: Local) => Promise<void> = async () => undefined): Promise<boolean> {
  const { packageRoot, kubeconfig, listen, http, log, onStart } = settings
  const data = mkdtempSync(join(tmpdir(), 'creance-demo-'))
  try {
    const local = await startLocal(
      readLocalSettings({ packageRoot, data, rules: demoRules(packageRoot), kubeconfig, listen, http, cluster: 'demo' }),
      log,
    )
    try {
      onStart(local)
      const ok = await playSteps(local, settings)
      if (ok) await linger(local)
      return ok
    } finally {
      const tidied = kubeconfig === undefined ? undefined : removeWorkloads(local.cluster)
      await tidied?.catch((error: unknown) => log.error('the namespace could not be removed', { why: String(error) }))
      await local.stop()
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

async function playSteps(local: Local, { attended, signal, onStep, onAsk }: DemoSettings): Promise<boolean> {
  for (const step of story(local)) {
    const { ask } = step
    if (attended && ask !== undefined) onAsk(ask)
    const onWait = (missing: string) => ask !== undefined && onAsk(ask, missing)
    const result = await playStep(step, { attended, withinMs: STEP_WITHIN_MS, signal, onWait })
    onStep(result)
    if (!result.ok) return false
  }
  return true
}
