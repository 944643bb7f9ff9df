import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { readJournal } from '../../lib/incident/journal.ts'
import { noteObserved } from '../../lib/response/history.ts'
import { guardStop } from '../../lib/response/stop.ts'
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
  expect(creance(['check'])).toEqual({
    status: 0,
    stdout: '',
    stderr: expect.stringMatching(/^\d+ files, \d+ Falco rules, \d+ items of ours: 0 errors, 0 warnings\n$/),
  })
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
  const lines = await readJournal(store, { day: new Date().toISOString().slice(0, 10) })
  const byId = `${userInfo().uid}@${hostname()}`
  expect(lines).toMatchObject([
    { kind: 'command', what: 'creance stop', outcome: 'stopped', why: 'a drill', by: userInfo().username, byId },
    { kind: 'command', what: 'creance resume', outcome: 'resumed', by: userInfo().username, byId },
  ])
})

test('responses shows what each would have done while it only observed', async () => {
  const rules = join(folder.path, 'rules.yaml')
  writeFileSync(rules, '- response: R\n  match: alert.rule = x\n  actions: [{label: {labels: {a: b}}}, {delete: {}}]\n')
  const store = sqliteStore(openDatabase(join(folder.path, 'store.db')), { clock: Date.now })
  for (const [id, workload] of [['aaaaaaaaaaaa', 'Deployment shop/web'], ['bbbbbbbbbbbb', 'Deployment shop/api']] as const) // biome-ignore format: a table
    await noteObserved(store, { response: 'R', id, would: true, workload, atMs: Date.now() })
  const shown = ['responses', '--rules', rules, '--data', folder.path]
  expect(creance(shown)).toEqual({
    status: 0,
    stdout: 'R\n  observe: label, delete\n  would have acted on 2 pods of 2 workloads in 7 days\n',
    stderr: '',
  })
  expect(JSON.parse(creance([...shown, '--json', '--days', '1']).stdout)).toMatchObject({
    response: 'R',
    mode: 'observe',
    would: 2,
    days: 1,
  })
  expect(creance([...shown, '--days', '99'])).toMatchObject({ status: 2, stderr: expect.stringContaining('1 to 30') })
  expect(creance(['responses'])).toMatchObject({ status: 2, stderr: expect.stringContaining('no data folder') })
})

const FALCO_RULES = `
- macro: creance_exec
  condition: ka.target.subresource = exec
- rule: Exec
  desc: d
  condition: creance_exec and not ka.user.name in (mallory)
  output: "exec by %ka.user.name"
  priority: Notice
  source: k8s_audit
  tests:
    - {name: by alice, event: {objectRef: {resource: pods, subresource: exec}}}
    - {name: by mallory, event: {user: {username: mallory}, objectRef: {subresource: exec}}, matches: false}
- rule: Shell
  desc: d
  condition: evt.type = execve and proc.name in (bash, sh)
  output: "%proc.cmdline"
  priority: Notice
  tests:
    - {name: bash, event: {evt.type: execve, proc.name: bash}}
    - {name: another, event: {evt.type: execve, proc.name: ls}, matches: false}
`
const writeRules = (text = FALCO_RULES) => {
  const file = join(folder.path, 'falco.yaml')
  writeFileSync(file, text)
  return file
}

test('check knows the fields of Falco, and says where one is misspelt and what may be meant', () => {
  const file = writeRules(FALCO_RULES.replace('proc.name in', 'proc.nam in'))
  const { status, stdout } = creance(['check', file])
  expect(status).toBe(1)
  expect(stdout).toMatch(/falco\.yaml:15:36: error LOAD_ERR_COMPILE_CONDITION: .*nonexistent field proc\.nam.*did you mean proc\.name\?/)
  expect(creance(['check', writeRules()])).toMatchObject({ status: 0, stdout: '' })
})

test('check refuses a file that mixes Falco rules with ours, which nobody would load', () => {
  const file = writeRules(`${FALCO_RULES}- response: R\n  match: alert.rule = x\n  actions: []\n`)
  expect(creance(['check', file])).toMatchObject({ status: 1, stdout: expect.stringContaining('error mixed_file') })
})

test('test runs the cases in Falco rules, with macros and exceptions, and says which failed and why', () => {
  expect(creance(['test', writeRules()])).toEqual({ status: 0, stdout: '', stderr: '4 passed, 0 failed\n' })
  const failing = creance(['test', writeRules(FALCO_RULES.replace('in (mallory)', 'in (carol)'))])
  expect(failing).toMatchObject({ status: 1, stderr: '3 passed, 1 failed\n' })
  expect(failing.stdout).toMatch(/falco\.yaml:4: failed: Exec: by mallory: it matches, and should not\n/)
})

test('neither check nor test passes over a case that is written wrongly', () => {
  const wrong = writeRules(FALCO_RULES.replace('matches: false', 'match: false'))
  expect(creance(['check', wrong])).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/falco\.yaml:\d+:\d+: error invalid_test: .*match/),
  })
  expect(creance(['test', writeRules(FALCO_RULES.replace('matches: false', 'match: false'))])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('match'),
  })
})

test('replay says what audit events would have led to: one alert an event, or all', () => {
  const file = join(ROOT, 'test/fixtures/audit/exec.jsonl')
  const run = (...flags: string[]) => creance(['replay', '--rules', writeRules(), '--source', 'k8s_audit', ...flags, file])
  const { status, stdout } = run()
  expect(status).toBe(0)
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const lines = all.filter(({ type }) => type === 'detection')
  expect(lines.length).toBeGreaterThan(0)
  expect(all.filter(({ type }) => type === 'incident').length).toBeGreaterThan(0)
  for (const line of lines) {
    expect(line).toMatchObject({
      type: 'detection',
      rule: 'Exec',
      priority: 'Notice',
      source: 'k8s_audit',
      tags: [],
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z$/),
      output: expect.stringMatching(/Notice exec by \S+$/),
      output_fields: expect.objectContaining({ 'ka.user.name': expect.any(String) }),
    })
  }
  const ofAll = run('--rule-matching', 'all').stdout.trim().split('\n')
  expect(ofAll.filter((line) => line.startsWith('{"type":"detection"'))).toHaveLength(lines.length)
})

test('replay of alerts shows their detections, the incident, and what would have been done, and tells what it could not read', () => {
  const file = join(folder.path, 'alerts')
  writeFileSync(file, `${readFileSync(SHELL_THEN_SHADOW, 'utf8')}not json\n`)
  const { status, stdout, stderr } = creance(['replay', file])
  expect(status).toBe(0)
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { type: 'detection', rule: 'Terminal shell in container', priority: 'Notice', time: expect.stringMatching(/^2026-11-2/) },
    { type: 'detection', priority: 'Warning' },
    {
      type: 'incident',
      correlation: 'Shell then credential read',
      count: 2,
      group: { kind: 'workload' },
      first: expect.any(String),
      firings: [{ correlation: 'Shell then credential read', detections: 2, from: expect.any(String), to: expect.any(String) }],
      detections: [{ rule: 'Terminal shell in container' }, { rule: 'Read sensitive file untrusted' }],
    },
    { type: 'action', name: 'label', mode: 'observe', outcome: 'dry_run' },
    { type: 'action', name: 'isolate', mode: 'observe', outcome: 'dry_run' },
  ])
  expect(stderr).toContain('1 could not be read')
})

test('replay explains one incident in words, with control characters escaped', () => {
  const file = join(folder.path, 'alerts')
  writeFileSync(file, readFileSync(SHELL_THEN_SHADOW, 'utf8').replaceAll('cat /etc/shadow', 'cat \\u001b[2J/etc/shadow'))
  const [incident] = creance(['replay', '--no-detections', file]).stdout.split('\n')
  const { id } = JSON.parse(incident ?? '')
  const { status, stdout } = creance(['replay', '--explain', id.slice(0, 8), file])
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Shell then credential read\n/)
  expect(stdout).toMatch(/came true {3}Shell then credential read\n.*\n\s+2 detections from 2026-11-2/)
  expect(stdout).toMatch(/seen .* Terminal shell in container in /)
  expect(stdout).toContain('calls for   isolate')
  expect(stdout).toContain('\\u001b[2J')
  expect(stdout).not.toContain('\u001b')
  expect(creance(['replay', '--explain', 'zzz', file])).toMatchObject({ stdout: '', stderr: expect.stringContaining('no incident zzz') })
})

test('replay decides what has to wait, by the times of the alerts', () => {
  const rules = join(folder.path, 'waiting.yaml')
  const rule = (name: string) => `title: ${name}\nlogsource: {product: falco}\ndetection: {s: {alert.rule: ${name}}, condition: s}\n---\n`
  const correlation = 'correlation: {type: temporal, rules: [a, b], group-by: [pod.name], timespan: 1m, condition: a and not b}'
  writeFileSync(rules, `${rule('a')}${rule('b')}title: Alone\n${correlation}\n`)
  const alert = (name: string, pod: string, time: string) =>
    JSON.stringify({ rule: name, priority: 'Warning', time, output: '', output_fields: { 'k8s.ns.name': 'shop', 'k8s.pod.name': pod } })
  const file = join(folder.path, 'alerts')
  const alerts = [
    alert('a', 'one', '2026-01-01T00:00:00Z'),
    alert('a', 'two', '2026-01-01T00:00:05Z'),
    alert('b', 'two', '2026-01-01T00:00:50Z'),
  ]
  writeFileSync(file, `${alerts.join('\n')}\n`)
  const lines = creance(['replay', '--no-detections', '--rules', rules, file])
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.filter(({ correlation: title }) => title === 'Alone')).toMatchObject([{ firings: [{ group: ['one'], detections: 1 }] }])
})

test('replay exits 1 where the rules do not load', () => {
  expect(creance(['replay', '--source', 'k8s_audit', '--rules', writeRules('- rule: x\n'), '/dev/null'])).toMatchObject({ status: 1 })
})

test('test runs the cases in responses with the rules beside them', () => {
  expect(creance(['test', join(ROOT, 'rules/response'), join(ROOT, 'rules/correlation')])).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^\d{3} passed, 0 failed\n$/),
  })
  const rules = readFileSync(join(ROOT, 'rules/response/contain-pod.yaml'), 'utf8').replace(
    'actions: [label, isolate]',
    'actions: [delete]',
  )
  writeFileSync(join(folder.path, 'response.yaml'), rules)
  const failing = creance(['test', join(folder.path, 'response.yaml'), join(ROOT, 'rules/correlation')])
  expect(failing).toMatchObject({ status: 1, stderr: expect.stringMatching(/^\d{3} passed, 1 failed\n$/) })
  expect(failing.stdout).toContain('it calls for label, isolate, not delete')
})
