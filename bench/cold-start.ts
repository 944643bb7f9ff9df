import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFunctions, startFunction } from '../test/support/bundles.ts'

// Size of each function's artefact, and how long its bundle takes to load as a file under this Node: the part of a cold start that is ours.
const RUNS = 5
const NAMES = ['evaluate', 'enrich', 'notify', 'interact', 'respond', 'sweep']
const url = 'http://127.0.0.1:9/queue'
const folder = mkdtempSync(join(tmpdir(), 'creance-bench-'))
const env = {
  AWS_REGION: 'us-east-1',
  TABLE: 'creance',
  INCIDENTS_QUEUE_URL: url,
  ACTIONS_QUEUE_URL: url,
  MESSAGES_QUEUE_URL: url,
  SLACK_BOT_TOKEN: 'xoxb-bench',
  SLACK_SIGNING_SECRET: 'a signing secret of the bench',
  PAGE_URL: 'https://127.0.0.1:9',
  PAGE_KEY: 'a key of the bench that is long enough',
  CREANCE_CLUSTER: 'bench',
  KUBECONFIG_TEXT: JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:9' } }],
    users: [{ name: 'x', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    'current-context': 'x',
  }),
}
try {
  const sizes = packageFunctions(folder, NAMES)
  for (const name of NAMES) {
    const times: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const running = await startFunction(folder, name, env)
      times.push(running.loadedMs)
      running.stop()
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]
    console.log(
      `${name.padEnd(9)} artefact ${((sizes.get(name) ?? 0) / 1024).toFixed(0).padStart(5)} KiB, load ${median} ms (median of ${RUNS})`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
