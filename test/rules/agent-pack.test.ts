import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Expr } from '../../lib/condition/ast.ts'
import { compileCondition } from '../../lib/condition/compile.ts'
import { jsonFields } from '../../lib/condition/fields/json.ts'
import { compileOutput } from '../../lib/condition/output/compile.ts'
import { runFalcoTests } from '../../lib/falco-tests.ts'
import { type FalcoFile, loadFalcoRules } from '../../lib/rule/falco/load.ts'
import { readRuleTests } from '../../lib/rule/falco/test-case.ts'
import { allRecorded } from '../support/recorded.ts'

const FOLDER = join(import.meta.dirname, '../../rules/agent')
const FILES: readonly FalcoFile[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => ({ file, text: readFileSync(join(FOLDER, file), 'utf8') }))
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8')
const FIELDS = jsonFields({ strict: true })
const { rules, problems } = load(FILES)

function load(files: readonly FalcoFile[]) {
  return loadFalcoRules(files, { sources: { syscall: FIELDS }, knownOutput: (template) => void compileOutput(template, FIELDS) })
}

function withoutOwnKey(found: typeof problems): typeof problems {
  return found.filter(({ code, message }) => !(code === 'LOAD_UNKNOWN_KEY' && message.includes("'tests'")))
}

/** The check that an event is put to first. */
function firstField(expr: Expr): string {
  if (expr.kind === 'check') return expr.left.kind === 'field' ? expr.left.name : ''
  if (expr.kind === 'and' || expr.kind === 'or') return expr.items[0] ? firstField(expr.items[0]) : ''
  return ''
}

test('loads beside the rules of Falco without a problem, under names of its own', () => {
  expect(withoutOwnKey(problems)).toEqual([])
  expect(rules.length).toBeGreaterThan(30)
  const items = FILES.flatMap(({ text }) => parse(text) as readonly { readonly macro?: string; readonly list?: string }[])
  const names = items.flatMap(({ macro, list }) => macro ?? list ?? [])
  expect(names.filter((name) => !name.startsWith('creance_'))).toEqual([])
  const stock = new Set(allRecorded().map(({ line }) => JSON.parse(line).rule as string))
  expect(rules.filter(({ name }) => stock.has(name))).toEqual([])
})

test('every test case in the pack passes', () => {
  expect(runFalcoTests([FOLDER]).filter(({ passed }) => !passed)).toEqual([])
})

describe.each(rules.map((rule) => ({ name: rule.name, rule })))('$name', ({ name, rule }) => {
  test('has a matching and a non-matching case', () => {
    const cases = FILES.flatMap(({ file, text }) => readRuleTests(file, text).tests).find((one) => one.rule === name)?.tests ?? []
    expect(new Set(cases.map(({ matches }) => matches))).toEqual(new Set([true, false]))
  })

  test('asks for the type of the event first', () => {
    expect(firstField(rule.condition)).toBe('evt.type')
  })

  test('says who did it and where, and which technique it is', () => {
    for (const field of ['container.id', 'container.image.repository', 'k8s.ns.name', 'k8s.pod.name', 'k8s.pod.uid'])
      expect(rule.output).toContain(`%${field}`)
    for (const field of ['proc.cmdline', 'proc.pname', 'user.name']) expect(rule.output).toContain(`%${field}`)
    expect(rule.tags).toContain('container')
    expect(rule.tags.some((tag) => tag.startsWith('mitre_'))).toBe(true)
    expect(rule.tags.some((tag) => /^T[0-9]{4}(\.[0-9]{3})?$/.test(tag))).toBe(true)
    expect(rule.description.length).toBeGreaterThan(150)
  })

  test('can be tuned by image, and stands in the table of the README', () => {
    expect(rule.exceptions.map(({ name }) => name)).toContain('image')
    expect(README).toContain(`| ${name} |`)
  })
})

test('the tuning that the README shows loads after the pack', () => {
  const examples = [...README.matchAll(/```yaml\n(- [\s\S]*?)```/g)].map((match, index) => ({
    file: `zz-${index}.yaml`,
    text: match[1] ?? '',
  }))
  expect(examples.length).toBeGreaterThan(0)
  const tuned = load([...FILES, ...examples])
  expect(withoutOwnKey(tuned.problems)).toEqual([])
  const shell = tuned.rules.find((rule) => rule.name === 'Interactive shell in a container') ?? expect.fail()
  const holds = compileCondition(shell.condition, FIELDS)
  const event = { 'evt.type': 'execve', 'evt.arg.res': 0, 'container.id': '8114e6b6fb8e', 'proc.name': 'bash', 'proc.tty': 34816 }
  expect(holds(event)).toBe(true)
  expect(holds({ ...event, 'k8s.ns.name': 'sandbox' })).toBe(false)
})

// What the condition of the recorded rule says about the event beyond its output.
const STARTED = { 'evt.arg.res': 0 }
const CONTAINER_STARTED = { ...STARTED, 'proc.vpid': 1 }
const READ = { 'evt.is_open_read': true, 'fd.typechar': 'f', 'fd.num': 3 }
const WRITTEN = { 'evt.is_open_write': true, 'fd.typechar': 'f', 'fd.num': 3 }
const CONNECTED = { 'evt.rawres': 0, 'fd.typechar': '4', 'fd.sip': '169.254.169.254', 'fd.snet': '169.254.169.254' }

test.each([
  {
    alerts: ['host_ptrace.jsonl:1', 'host_ptrace.jsonl:3'],
    also: { 'evt.arg.request': 'PTRACE_ATTACH' },
    fire: ['Process traced or changed by another'],
  },
  { alerts: ['host_ptrace.jsonl:2'], also: { 'evt.arg.request': 'PTRACE_TRACEME' }, fire: [] },
  {
    alerts: [
      'host_read_shadow.jsonl:1',
      'host_read_shadow.jsonl:2',
      'host_read_shadow.jsonl:3',
      'host_unicode_names.jsonl:1',
      'host_unicode_names.jsonl:2',
      'k8s_shell_then_shadow.jsonl:2',
      'k8s_shop_read_shadow.jsonl:1',
      'raw_host_default_engines.jsonl:1',
    ],
    also: READ,
    fire: ['Password file read by an unexpected program'],
  },
  {
    alerts: ['k8s_debug_metadata.jsonl:1', 'k8s_debug_metadata.jsonl:2'],
    also: CONNECTED,
    fire: ['Metadata service contacted from a container'],
  },
  {
    alerts: ['k8s_shell_then_shadow.jsonl:1', 'k8s_shop_terminal_shell.jsonl:1'],
    also: STARTED,
    fire: ['Interactive shell in a container'],
  },
  {
    alerts: ['k8s_shop_netcat.jsonl:1'],
    also: { ...STARTED, 'proc.args': '-l -p 47212 -e /bin/bash' },
    fire: ['Netcat or socat hands a program to the network', 'Network tool run in a container'],
  },
  {
    alerts: ['k8s_shop_netcat.jsonl:2'],
    also: { ...STARTED, 'proc.args': '-w1 127.0.0.1 47212' },
    fire: ['Network tool run in a container'],
  },
  {
    alerts: ['k8s_shop_netcat.jsonl:3', 'k8s_shop_netcat.jsonl:4'],
    also: { 'evt.rawres': 1, 'fd.typechar': '4' },
    fire: ['Standard stream turned into a network connection'],
  },
  {
    alerts: [1, 2, 3, 4, 5].map((line) => `k8s_shop_package_manager.jsonl:${line}`),
    also: STARTED,
    fire: ['Package manager run in a container'],
  },
  { alerts: ['k8s_shop_write_etc.jsonl:1'], also: WRITTEN, fire: ['File below etc changed in a container'] },
  {
    alerts: ['k8s_shop_write_etc.jsonl:2'],
    also: WRITTEN,
    fire: ['File below etc changed in a container', 'Startup or login file changed in a container'],
  },
  {
    alerts: ['k8s_start_debug.jsonl:2'],
    also: { ...CONTAINER_STARTED, 'container.privileged': true },
    fire: ['Privileged container was started'],
  },
  // Falco's own rule took "no mounts" for a sensitive one here.
  { alerts: ['k8s_start_debug.jsonl:1', 'k8s_start_shop.jsonl:1', 'k8s_start_shop.jsonl:2'], also: CONTAINER_STARTED, fire: [] },
])('the recorded $alerts fire $fire', ({ alerts, also, fire }) => {
  const matchers = rules.map(({ name, condition }) => ({ name, matches: compileCondition(condition, FIELDS) }))
  for (const name of alerts) {
    const { line } = allRecorded().find((one) => one.name === name) ?? expect.fail(`no recorded ${name}`)
    const event = { ...JSON.parse(line).output_fields, ...also }
    const fired = matchers.filter(({ matches }) => matches(event)).map((one) => one.name)
    expect(fired.sort(), name).toEqual(fire)
  }
})
