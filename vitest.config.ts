import { defineConfig } from 'vitest/config'

// The quick suites of `npm test`. The slower ones (real kube-apiserver, browser) have runners of their own, which call vitest
// with `--project cluster` or `--project browser`.
const project = (name: string, include: string[], extra: object = {}) => ({ test: { name, include, ...extra } })

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/*.test.ts', 'test/{lib,forwarder,local,cli,rules,infra}/**/*.test.ts'], { testTimeout: 30_000 }),
      project('contract', ['test/contract/**/*.test.ts'], { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('e2e', ['test/e2e/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 180_000 }),
      project('cluster', ['test/cluster/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false }),
      project('browser', ['test/browser/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false }),
    ],
  },
})
