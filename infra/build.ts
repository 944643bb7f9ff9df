import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

// `npm run build`: the functions' artefacts (serverless package) and the command line's bundle; `npm run build -- cli`: the latter alone.
const REQUIRE = "import { createRequire as creanceRequire } from 'node:module'; const require = creanceRequire(import.meta.url);"

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: { creance: 'cli/creance.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true, // what a command needs is loaded when it runs
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  sourcemap: 'linked',
  sourcesContent: false,
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
  logLevel: 'warning',
})
// What the bundle reads beside itself: the stand-in's page, and the demo's recorded alerts.
cpSync('local/slack/page', 'dist/chunks/page', { recursive: true })
cpSync('local/demo/alerts', 'dist/chunks/alerts', { recursive: true })
console.log('dist/creance.mjs')

if (process.argv[2] !== 'cli')
  execFileSync('serverless', ['package'], {
    stdio: 'inherit',
    env: { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
  })
