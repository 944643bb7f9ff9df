import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

let plane: ControlPlane
let kubelet: { stop: () => Promise<void> }

beforeAll(async () => {
  plane = await startControlPlane()
  kubelet = await startKubelet(plane.kubeconfig)
})
afterAll(async () => {
  await kubelet?.stop()
  await plane?.stop()
})

test('the story is played on a real API server, and its namespace is gone afterwards', async () => {
  const args = [
    'cli/creance.ts',
    'demo',
    '--once',
    '--json',
    '--kubeconfig',
    plane.kubeconfig,
    '--http',
    '127.0.0.1:0',
    '--listen',
    '127.0.0.1:0',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 110_000 }).catch((error) => error)
  const lines = String(stdout)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const steps = lines.filter(({ step }) => step)
  expect(steps.filter(({ ok }) => !ok)).toEqual([])
  expect(steps).toHaveLength(9)
  expect(lines.at(-1)).toEqual({ ok: true })
  const cluster = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  expect(await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'creance-demo' })).toBeUndefined()
})
