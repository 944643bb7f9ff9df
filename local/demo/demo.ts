import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../lib/port/log.ts'
import { type Local, startLocal } from '../local.ts'
import { LocalSettings } from '../settings.ts'
import { playStep, type StepResult } from './step.ts'
import { story } from './story.ts'
import { removeWorkloads } from './workload.ts'

export type DemoSettings = {
  readonly packageRoot: string
  readonly kubeconfig?: string | undefined
  readonly http: string
  readonly listen: string
  readonly attended: boolean
  readonly log: Log
  readonly onStart: (local: Local) => void
  readonly onStep: (result: StepResult) => void
  readonly onAsk: (ask: string) => void
}

const STEP_WITHIN_MS = 20_000

/** Plays the story on a `creance local` of its own, in a new folder and on loopback alone; with a kubeconfig on that cluster, in a namespace
 *  that it makes and removes. Resolves to whether every step happened. `linger` keeps it running after the last step. */
export async function playDemo(settings: DemoSettings, linger: (local: Local) => Promise<void> = async () => undefined): Promise<boolean> {
  const { packageRoot, kubeconfig, listen, http, attended, log, onStart, onStep, onAsk } = settings
  const data = mkdtempSync(join(tmpdir(), 'creance-demo-'))
  const rules = ['rules/correlation', 'rules/response/guards.yaml', 'local/demo/rules'].map((path) => join(packageRoot, path))
  const local = await startLocal(LocalSettings.parse({ packageRoot, data, rules, kubeconfig, listen, http, cluster: 'demo' }), log)
  try {
    onStart(local)
    for (const step of story(local)) {
      if (attended && step.ask !== undefined) onAsk(step.ask)
      const result = await playStep(step, { attended, withinMs: STEP_WITHIN_MS })
      onStep(result)
      if (!result.ok) return false
    }
    await linger(local)
    return true
  } finally {
    if (kubeconfig !== undefined) await removeWorkloads(local.cluster)
    await local.stop()
    rmSync(data, { recursive: true, force: true })
  }
}
