import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

// The suite against a real kube-apiserver, etcd and controllers. Their binaries are found by the envtest convention, KUBEBUILDER_ASSETS.
const assets = process.env.KUBEBUILDER_ASSETS
const missing = ['etcd', 'kube-apiserver', 'kube-controller-manager'].filter((name) => !assets || !existsSync(join(assets, name)))
if (missing.length > 0) {
  console.log(`cluster tests: not run, since KUBEBUILDER_ASSETS ${assets ? `(${assets}) lacks ${missing.join(', ')}` : 'is not set'}`)
} else {
  const { status } = spawnSync('vitest', ['run', '--project', 'cluster', ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
