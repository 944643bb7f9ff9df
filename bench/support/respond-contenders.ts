import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePorts } from '../../test/support/free-ports.ts'
import { ruleFor } from './respond-alerts.ts'
import { type Effect, LABEL } from './respond-watch.ts'
import { startWatched, type WatchedProcess } from './watched-process.ts'

const CREANCE = join(import.meta.dirname, '../../cli/creance.ts')
const TERMINATE_AFTER_SECONDS = 1 // not 0: then the pod is gone before anything can be said of it

/** What takes an alert at `POST /` and acts on the pod. `effects`: those that it has. `batches`: whether it takes many alerts in one request. */
export type Contender = {
  readonly name: string
  readonly version: string
  readonly effects: readonly Effect[]
  readonly batches: boolean
  readonly start: () => Promise<Running>
}
export type Running = { readonly port: number; readonly process: WatchedProcess }
type Place = { readonly kubeconfig: string; readonly folder: string }

/** `creance local` from the sources, in a process and with a data folder of its own each time. */
export function creance({ kubeconfig, folder }: Place): Contender {
  const responses = {
    label: { label: { labels: { [LABEL.key]: LABEL.value } } },
    delete: { delete: { grace_period: `${TERMINATE_AFTER_SECONDS}s`, bare_pods: 'delete' } },
    isolate: { isolate: { expires: '4h' } },
  } satisfies Record<Effect, object>
  const rules = join(folder, 'rules.yaml')
  const items = Object.entries(responses).map(([effect, action]) => {
    const rule = ruleFor(effect as Effect)
    return { response: rule, match: `alert.rule = "${rule}"`, mode: 'enforce', actions: [action] }
  })
  const guards = { budget: { per_cluster: '100000/h', per_namespace: '100000/h' }, cooldown: '1s' }
  writeFileSync(rules, stringify([...items, { guards }]))
  return {
    name: 'creance local',
    version: '',
    effects: ['label', 'delete', 'isolate'],
    batches: true,
    start: async () => {
      const [port = 0, page = 0] = await freePorts(2)
      const data = join(folder, `creance-${port}`)
      const places = ['--listen', `127.0.0.1:${port}`, '--http', `127.0.0.1:${page}`, '--data', data]
      const args = [CREANCE, 'local', ...places, '--rules', rules, '--kubeconfig', kubeconfig]
      const command = { file: process.execPath, args, env: {} }
      return { port, process: await startWatched(command, `http://127.0.0.1:${port}/ping`, `${data}.log`) }
    },
  }
}

/** falco-talon's binary. It says what it does to a pod by name; its NetworkPolicy is of another kind and is not measured. Its settings and
 *  rules are those of its own documentation. It opens a port of its own for NATS (4222), so that one at a time can run on a machine. */
export function talon(file: string, { kubeconfig, folder }: Place): Contender {
  const rules = join(folder, 'talon-rules.yaml')
  const rulesOf = (effect: Effect, actionner: string, parameters: object) => [
    { action: `Act: ${effect}`, actionner, parameters },
    { rule: ruleFor(effect), match: { rules: [ruleFor(effect)] }, actions: [{ action: `Act: ${effect}` }] },
  ]
  writeFileSync(
    rules,
    stringify([
      ...rulesOf('label', 'kubernetes:label', { labels: { [LABEL.key]: LABEL.value } }),
      ...rulesOf('delete', 'kubernetes:terminate', { grace_period_seconds: TERMINATE_AFTER_SECONDS }),
    ]),
  )
  return {
    name: 'falco-talon',
    version: execFileSync(file, ['version'], { encoding: 'utf8', timeout: 10_000 }).trim().split('\n').at(-1) ?? '',
    effects: ['label', 'delete'],
    batches: false,
    start: async () => {
      const [port = 0] = await freePorts(1)
      const at = join(folder, `talon-${port}`)
      mkdirSync(at)
      const settings = {
        listen_address: '127.0.0.1',
        listen_port: port,
        kubeconfig,
        rules_files: [rules],
        watch_rules: false,
        log_format: 'text',
        deduplication: { leader_election: false, time_window_seconds: 5 },
      }
      writeFileSync(join(at, 'config.yaml'), stringify(settings))
      const command = { file, args: ['server', '--config', join(at, 'config.yaml')], env: { HOME: at } }
      return { port, process: await startWatched(command, `http://127.0.0.1:${port}/healthz`, `${at}.log`) }
    },
  }
}
