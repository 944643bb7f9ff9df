import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROOT = join(import.meta.dirname, '../..')
let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const rbac = (...args: readonly string[]) => {
  const options = { cwd: folder.path, encoding: 'utf8', env: { PATH: process.env.PATH }, timeout: 20_000 } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'cli/creance.ts'), 'rbac', ...args], options)
  return { status, stdout, stderr }
}

type Rule = { readonly resources: readonly string[]; readonly verbs: readonly string[] }
const documents = (text: string) =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as {
      kind: string
      metadata: { name: string; namespace?: string }
      rules?: readonly Rule[]
      subjects?: readonly object[]
    }
  })
const verbsOn = (text: string, resource: string) =>
  documents(text).flatMap(({ rules = [] }) => rules.flatMap(({ resources, verbs }) => (resources.includes(resource) ? verbs : [])))
const headOf = (text: string) => text.split('\n').filter((line) => line.startsWith('#'))

test('the shipped rules only observe, so that the acting identity may only read, and say so', () => {
  const { status, stdout, stderr } = rbac('--identity', 'act')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const verbs = documents(stdout).flatMap(({ rules = [] }) =>
    rules.flatMap((rule) => (rule.resources.includes('events') ? [] : rule.verbs)),
  )
  expect([...new Set(verbs)].sort()).toEqual(['get', 'list'])
  expect(headOf(stdout).join('\n')).toContain('isolate (only says what it would do): ')
})

test('for both identities, each is bound to a group of its own', () => {
  const made = documents(rbac().stdout)
  expect(made.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'ClusterRole creance-act',
    'ClusterRoleBinding creance-act',
    'ClusterRole creance-read',
    'ClusterRoleBinding creance-read',
  ])
  expect(made.flatMap(({ subjects = [] }) => subjects)).toMatchObject([
    { kind: 'Group', name: 'creance-act' },
    { kind: 'Group', name: 'creance-read' },
  ])
})

test('rule files decide: with their parameters, and what may be pressed by hand', () => {
  const file = join(folder.path, 'rules.yaml')
  const slack = '{app: A01, workspace: T01, channels: [C01], users: [U01]}'
  const response = '- {response: R, match: alert.rule = x, mode: enforce, actions: [{isolate: {policy: cilium}}]}'
  writeFileSync(file, `${response}\n- {permission: P, slack: ${slack}, actions: [cordon, release]}\n`)
  const { status, stdout } = rbac('--rules', file, '--identity', 'act')
  expect(status).toBe(0)
  expect(verbsOn(stdout, 'ciliumnetworkpolicies')).toEqual(['get', 'create', 'delete'])
  expect(verbsOn(stdout, 'networkpolicies')).toEqual([])
  expect(verbsOn(stdout, 'nodes')).toEqual(['get', 'list', 'patch'])
  expect(verbsOn(stdout, 'pods')).toEqual(['get', 'patch']) // there is no replica floor
  expect(headOf(stdout).join('\n')).toMatch(/cordon \(by hand\): [\s\S]*patch nodes: /)
})

test('actions, service account and namespaces as they are asked for', () => {
  const { stdout } = rbac(
    '--actions',
    'label, cordon',
    '--service-account',
    'creance/creance-respond',
    '--namespaces',
    'shop,payments',
    '--identity',
    'act',
  )
  const made = documents(stdout)
  expect(made.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
    ['ClusterRole', undefined],
    ['ClusterRoleBinding', undefined],
    ['Role', 'payments'],
    ['RoleBinding', 'payments'],
    ['Role', 'shop'],
    ['RoleBinding', 'shop'],
  ])
  for (const { subjects } of made.filter(({ kind }) => kind.endsWith('Binding')))
    expect(subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'creance', name: 'creance-respond' }])
})

test('--json is a List', () => {
  const list = JSON.parse(rbac('--json', '--user', 'alice').stdout)
  expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List' })
  expect(list.items).toHaveLength(4)
})

test.each([
  [['--actions', 'labl'], 'there is no action "labl"; did you mean label? known are label, annotate, isolate,'],
  [['--actions', 'release'], 'there is no action "release"; known are label,'],
  [['--actions', ','], '--actions names none; known are label,'],
  [['--actions', 'label', '--rules', 'x'], 'either --actions or --rules'],
  [['--rules', 'none.yaml'], 'none.yaml'],
  [['--group', 'a', '--user', 'b'], 'one of --service-account, --group and --user'],
  [['--group', 'system:masters'], '--group: expected a group or user of your own'],
  [['--service-account', 'respond'], '--service-account: expected namespace/name'],
  [['--service-account', 'a/b/c'], '--service-account: expected namespace/name'],
  [['--namespaces', 'Shop'], '--namespaces: expected the name of a namespace'],
  [['--namespaces', ','], '--namespaces names none'],
  [['--identity', 'admin'], 'Allowed choices are act, read, both'],
])('%s is refused with what is wrong, and nothing is made', (args, said) => {
  expect(rbac(...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(said) })
})
