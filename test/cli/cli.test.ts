import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { guardStop } from '../../lib/response/limits.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROOT = join(import.meta.dirname, '../..')
let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const creance = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const options = { cwd: folder.path, encoding: 'utf8', env: { PATH: process.env.PATH, ...env }, timeout: 20_000 } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'cli/creance.ts'), ...args], options)
  return { status, stdout, stderr }
}

test('check finds nothing wrong with the shipped rules', () => {
  expect(creance(['check'])).toEqual({ status: 0, stdout: '', stderr: '4 files, 4 items: 0 errors, 0 warnings\n' })
})

test('check says where and what, for people and for scripts, and exits 1', () => {
  const file = join(folder.path, 'bad.yaml')
  writeFileSync(file, '- response: R\n  match: alert.rul = x\n  actions: [{delete: }]\n')
  const forPeople = /bad\.yaml:2:\d+: error invalid_match: .*did you mean alert\.rule\?/
  expect(creance(['check', file])).toMatchObject({ status: 1, stdout: expect.stringMatching(forPeople) })
  expect(JSON.parse(creance(['check', file, '--json']).stdout)).toEqual([
    { file, line: 2, column: expect.any(Number), severity: 'error', code: 'invalid_match', message: expect.stringContaining('alert.rul') },
  ])
})

const SHELL_THEN_SHADOW = join(ROOT, 'test/fixtures/falco/k8s_shell_then_shadow.jsonl')

test('match prints the lines that match, byte for byte, and says by its exit code whether there were any', () => {
  const [shell, shadow] = readFileSync(SHELL_THEN_SHADOW, 'utf8').trim().split('\n')
  expect(creance(['match', 'fd.name = /etc/shadow and alert.severity >= 3', SHELL_THEN_SHADOW])).toEqual({
    status: 0,
    stdout: `${shadow}\n`,
    stderr: '',
  })
  expect(creance(['match', 'alert.tags intersects (shell)', SHELL_THEN_SHADOW]).stdout).toBe(`${shell}\n`)
  expect(creance(['match', 'proc.name = nobody', SHELL_THEN_SHADOW])).toEqual({ status: 1, stdout: '', stderr: '' })
})

test('match takes any field of any JSON, and passes over what is none', () => {
  const file = join(folder.path, 'lines')
  writeFileSync(file, '{"a":{"b":"x"},"n":7}\nnot json\n[1]\n\n{"a":{"b":"y"}}\n')
  expect(creance(['match', 'a.b = x', file])).toEqual({
    status: 0,
    stdout: '{"a":{"b":"x"},"n":7}\n',
    stderr: 'creance: 2 lines are no JSON objects and were passed over\n',
  })
})

test('parse prints the canonical form, or where it fails', () => {
  expect(creance(['parse', 'a.b=x   and not(c.d exists)'])).toEqual({ status: 0, stdout: '(a.b = x and not c.d exists)\n', stderr: '' })
  expect(creance(['parse', 'a.b = x AND c.d = y'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^creance: column \d+: /),
  })
})

test('parse answers each line of standard input, a condition or a JSON string, with a JSON line', () => {
  const input = 'a.b = x\n"a.b = \\"x y\\""\na.b =\n'
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'cli/creance.ts'), 'parse', '-'], { input, encoding: 'utf8' })
  expect(status).toBe(0)
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { ok: true, canonical: 'a.b = x' },
    { ok: true, canonical: 'a.b = "x y"' },
    { ok: false, error: expect.any(String), column: 6 },
  ])
})

test.each([
  ['a match that is no condition', ['match', 'proc.name ='], {}, 2, /condition, line 1, column 12/],
  ['a file to match that is not there', ['match', 'a.b = c', 'nowhere'], {}, 2, /nowhere cannot be read/],
  ['a path that is not there', ['check', 'nowhere'], {}, 2, /nowhere cannot be read/],
  ['an unknown command', ['explode'], {}, 2, /unknown command 'explode'/],
  ['an unknown option', ['check', '--fast'], {}, 2, /unknown option '--fast'/],
  ['an address that is none', ['local', '--listen', 'here'], {}, 2, /listen: expected host:port/],
  [
    'a kubeconfig that is not there',
    ['local', '--kubeconfig', 'none', '--http', '127.0.0.1:0', '--listen', '127.0.0.1:0'],
    {},
    2,
    /kubeconfig none cannot be used/,
  ],
  [
    'a data folder that is a file',
    ['local', '--data', join(ROOT, 'LICENSE'), '--http', '127.0.0.1:0', '--listen', '127.0.0.1:0'],
    {},
    2,
    /data: .* is no folder/,
  ],
  ['a demo at no address', ['demo', '--listen', 'abc'], {}, 2, /listen: expected host:port/],
  ['a listener for everybody', ['local', '--listen', '0.0.0.0:0'], {}, 2, /open to others: set CREANCE_INSECURE/],
  ['a stand-in for everybody', ['local', '--http', '0.0.0.0:0'], {}, 2, /served on loopback only/],
  ['a token without a signing secret', ['local'], { SLACK_BOT_TOKEN: 'xoxb-1' }, 2, /SLACK_SIGNING_SECRET is not/],
  ['a forwarder without settings', ['forward'], {}, 2, /CREANCE_QUEUE_URL is not set; CREANCE_CLUSTER is not set/],
  [
    'a forwarder that is open to all',
    ['forward'],
    { CREANCE_QUEUE_URL: 'https://sqs.example/q', CREANCE_CLUSTER: 'c', CREANCE_LISTEN: '0.0.0.0:2801' },
    2,
    /open to others/,
  ],
] as const)('%s is one line on stderr, with a hint', (_name, args, env, status, message) => {
  const result = creance(args, env)
  expect(result).toMatchObject({ status, stderr: expect.stringMatching(message) })
  expect(result.stderr).not.toMatch(/\n\s+at /)
})

test('a port that is in use ends the start at once, with a hint', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    for (const flag of ['--listen', '--http']) {
      const other = flag === '--listen' ? '--http' : '--listen'
      const result = creance(['local', flag, `127.0.0.1:${port}`, other, '127.0.0.1:0'])
      expect(result).toMatchObject({ status: 1, stderr: expect.stringMatching(new RegExp(`EADDRINUSE.*choose another with ${flag}`)) })
    }
  } finally {
    server.close()
  }
})

test('a demo on a cluster that is not there ends, and leaves nothing behind', () => {
  const server = 'https://127.0.0.1:7399'
  const config = { apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'x', cluster: { server } }], users: [{ name: 'x', user: {} }] }
  const file = join(folder.path, 'kubeconfig')
  writeFileSync(
    file,
    JSON.stringify({ ...config, contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }], 'current-context': 'x' }),
  )
  const result = creance(['demo', '--once', '--kubeconfig', file], { TMPDIR: folder.path })
  expect(result).toMatchObject({ status: 1, stdout: expect.stringContaining('ECONNREFUSED') })
  expect(readdirSync(folder.path)).toEqual(['kubeconfig'])
})

test('stop and resume set the kill switch of a data folder, and of none that is not there', async () => {
  expect(creance(['stop'])).toMatchObject({ status: 2, stderr: expect.stringContaining('.creance is no data folder of creance local') })
  const store = sqliteStore(openDatabase(join(folder.path, 'store.db')), { clock: Date.now })
  expect(creance(['stop', 'a drill', '--data', folder.path])).toMatchObject({ status: 0, stdout: expect.stringContaining('stopped') })
  expect(await guardStop(store)).toMatchObject({ guard: 'stopped', why: expect.stringContaining('a drill') })
  expect(creance(['resume', '--data', folder.path])).toMatchObject({ status: 0 })
  expect(await guardStop(store)).toBeUndefined()
})
