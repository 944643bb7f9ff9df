import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFunctions, startFunction } from '../test/support/bundles.ts'

// Size of each function's artefact, and how long its bundle takes to load as a file under this Node: the part of a cold start that is ours. Beside the
// project's rules stands one permission, as in an installation: without any nobody may press anything. `NAME…`: these functions alone.
const RUNS = 7
const PERMISSION = `- permission: Responders
  slack: {app: A0CREANCE, workspace: T0CREANCE, channels: [C0ALERTS], users: [U0ALICE], user_groups: [S0ONCALL]}
  actions: [isolate, delete, release, acknowledge, reject, silence, not_a_threat]
`
const ALL = ['evaluate', 'enrich', 'notify', 'interact', 'respond', 'sweep']
const NAMES = process.argv.length > 2 ? process.argv.slice(2) : ALL
const url = 'http://127.0.0.1:9/queue'
const folder = mkdtempSync(join(tmpdir(), 'creance-bench-'))
const env = {
  AWS_REGION: 'us-east-1',
  TABLE: 'creance',
  INCIDENTS_QUEUE_URL: url,
  ACTIONS_QUEUE_URL: url,
  MESSAGES_QUEUE_URL: url,
  DETECTIONS_QUEUE_URL: url,
  EVIDENCE_BUCKET: 'bench',
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
  console.log(`load of this machine before: ${loadavg()[0]?.toFixed(1)}`)
  for (const name of NAMES) {
    writeFileSync(join(folder, name, 'rules', 'permission.yaml'), PERMISSION)
    const times: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const running = await startFunction(folder, name, env)
      times.push(running.loadedMs)
      running.stop()
    }
    const sorted = times.toSorted((a, b) => a - b)
    const size = ((sizes.get(name) ?? 0) / 1024).toFixed(0).padStart(5)
    console.log(
      `${name.padEnd(9)} artefact ${size} KiB, load ${sorted[Math.floor(RUNS / 2)]} ms (median of ${RUNS}; least ${sorted[0]} ms)`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
