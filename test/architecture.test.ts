import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

// Which way imports may point. A folder of lib/ may import what stands beside it here, and nothing else of ours.
const ROOT = join(import.meta.dirname, '..')
const LIB: Readonly<Record<string, readonly string[]>> = {
  port: [],
  condition: [],
  detection: [],
  audit: ['condition', 'detection', 'rule', 'port'],
  batch: ['detection', 'port'],
  rule: ['detection', 'condition'],
  correlation: ['detection', 'rule', 'port', 'condition'],
  incident: ['detection', 'rule', 'correlation', 'port', 'condition'],
  context: ['detection', 'incident', 'port'],
  response: ['detection', 'rule', 'correlation', 'incident', 'context', 'port', 'condition'],
  route: ['detection', 'rule', 'incident', 'context', 'response', 'port'],
  webhook: ['detection', 'incident', 'context', 'response', 'route', 'port'],
  ocsf: ['detection', 'webhook', 'route', 'port'],
  page: ['detection', 'incident', 'context', 'response', 'port'],
  slack: ['detection', 'incident', 'context', 'response', 'route', 'rule', 'port'],
  stage: [
    'audit',
    'batch',
    'condition',
    'detection',
    'rule',
    'correlation',
    'incident',
    'context',
    'response',
    'agent',
    'slack',
    'route',
    'webhook',
    'ocsf',
    'page',
    'port',
  ],
  cluster: [],
  agent: ['port', 'detection', 'incident', 'response', 'cluster'],
  adapter: ['port', 'cluster', 'route'],
  runtime: ['port', 'slack'],
}
/** Files of lib/ itself that any folder may import, and the one that puts all rule kinds together, for stages alone. */
const LIB_FILES = [
  'lib/error.ts',
  'lib/duration.ts',
  'lib/address.ts',
  'lib/parallel.ts',
  'lib/printable.ts',
  'lib/retry.ts',
  'lib/secret-fields.ts',
]
const RULE_SETS = [
  'lib/rule-set.ts',
  'lib/falco-rules.ts',
  'lib/correlation-rules.ts',
  'lib/correlation-tests.ts',
  'lib/falco-tests.ts',
  'lib/response-tests.ts',
  'lib/rehearse.ts',
  'lib/replay.ts',
  'lib/explain.ts',
]
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'lib/adapter': [
    '@aws-crypto/sha256-js',
    '@aws-sdk/client-eks',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-ssm',
    '@aws-sdk/credential-providers',
    '@smithy/signature-v4',
    '@aws-sdk/client-sqs',
    '@aws-sdk/client-dynamodb',
    '@kubernetes/client-node',
    '@slack/web-api',
    '@slack/socket-mode',
    '@aws-lambda-powertools/metrics',
    'zod',
  ],
  'lib/runtime': ['aws-lambda', 'zod'],
  'lib/condition': ['re2js', 'zod'],
  'lib/rule': ['yaml', 'zod'],
  'lib/page': ['hono', 'zod'],
  lib: ['zod'],
  functions: ['@middy/core', 'aws-lambda', 'zod'],
  forwarder: ['prom-client', 'zod'],
  local: ['prom-client', 'hono', '@hono/node-server', 'yaml', 'zod'],
  cli: ['commander'],
}
/** What only these may use of Node: the rest of lib/ gets files, time and settings as arguments. */
const PROCESS_ENV = /process\.env/

type Source = { readonly file: string; readonly folder: string; readonly text: string; readonly imports: readonly string[] }

const sources: readonly Source[] = ['lib', 'functions', 'forwarder', 'cli', 'local'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = join(top, name)
      const text = readFileSync(join(ROOT, file), 'utf8')
      const imports = [...text.matchAll(/^(?:import|export|\}).* from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
        (match) => match[1] ?? match[2] ?? match[3] ?? '',
      )
      return { file, folder: dirname(file), text, imports }
    }),
)

const own = (source: Source) =>
  source.imports.filter((name) => name.startsWith('.')).map((name) => relative(ROOT, resolve(ROOT, source.folder, name)))
const packages = (source: Source) => source.imports.filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
const topOf = (file: string) => file.split('/')[0] ?? ''
const libFolderOf = (file: string) => (file.split('/').length > 2 ? (file.split('/')[1] ?? '') : '')

test('every source was found, and its imports', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.find(({ file }) => file === 'functions/respond.ts')?.imports).toContain('../lib/stage/outcome.ts')
})

test.each(sources.filter(({ file }) => topOf(file) === 'lib'))('$file imports only what its folder may', (source) => {
  const allowed = LIB[libFolderOf(source.file)] ?? Object.keys(LIB)
  const wrong = own(source).filter((target) => {
    if (LIB_FILES.includes(target)) return false
    if (RULE_SETS.includes(target)) return !RULE_SETS.includes(source.file) && libFolderOf(source.file) !== 'stage'
    return topOf(target) !== 'lib' || (libFolderOf(target) !== libFolderOf(source.file) && !allowed.includes(libFolderOf(target)))
  })
  expect(wrong).toEqual([])
})

test.each(sources.filter(({ file }) => topOf(file) !== 'lib'))('$file imports lib/ and its own kind', (source) => {
  const also: Readonly<Record<string, readonly string[]>> = {
    cli: ['local', 'forwarder'],
    local: ['forwarder'],
    functions: [],
    forwarder: ['zod'],
  }
  const top = topOf(source.file)
  const wrong = own(source).filter((target) => !['lib', top, ...(also[top] ?? [])].includes(topOf(target)))
  expect(wrong).toEqual([])
})

test.each(sources)('$file imports only the packages of its place', (source) => {
  const place =
    Object.keys(PACKAGES)
      .filter((folder) => `${source.folder}/`.startsWith(`${folder}/`))
      .sort((a, b) => b.length - a.length)[0] ?? ''
  const wrong = packages(source).filter(
    (name) => !(PACKAGES[place] ?? []).some((allowed) => name === allowed || name.startsWith(`${allowed}/`)),
  )
  expect(wrong).toEqual([])
})

test('settings are read at the entry points alone', () => {
  const readers = sources.filter(
    ({ file, text }) => PROCESS_ENV.test(text) && !['functions', 'cli'].includes(topOf(file)) && file !== 'forwarder/main.ts',
  )
  expect(readers.map(({ file }) => file)).toEqual([])
})

test('a function is a composition root of under 40 lines, without branches', () => {
  for (const { file, text } of sources.filter((source) => source.folder === 'functions')) {
    expect(text.trimEnd().split('\n').length, file).toBeLessThan(40)
    expect(text, file).not.toMatch(/\bif\b|\bswitch\b|\bfor\b|\?[^.?]/)
  }
})
