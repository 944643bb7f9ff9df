import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { AuditEvent } from '../../lib/audit/event.ts'
import { auditFields } from '../../lib/audit/fields.ts'
import { splitAudit } from '../../lib/audit/split.ts'
import { compileCondition } from '../../lib/condition/compile.ts'
import { compileOutput } from '../../lib/condition/output/compile.ts'
import { runFalcoTests } from '../../lib/falco-tests.ts'
import { type FalcoFile, type LoadedFalcoRules, loadFalcoRules } from '../../lib/rule/falco/load.ts'
import { isAtLeast } from '../../lib/rule/falco/rule.ts'
import { readRuleTests } from '../../lib/rule/falco/test-case.ts'
import { formatProblem } from '../../lib/rule/problem.ts'

const RULES = new URL('../../rules/audit/', import.meta.url)
const EVENTS = new URL('../fixtures/audit/', import.meta.url)

const FILES = filesIn(RULES, '.yaml').map((file) => ({ file, text: textOf(RULES, file) }))
const loaded = load(FILES)
const rules = compiled(loaded)

// Of each recorded file, the rules that fire and the lines on which they do, also the one that is off until it is enabled.
const FIRES: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  'access-review.jsonl': {},
  'anonymous-allowed.jsonl': {},
  'anonymous-refused.jsonl': { 'Request without credentials refused': [1], 'Access to Secrets refused': [1] },
  'attach.jsonl': { 'Client attached to a running container': [3] },
  'binding-anonymous.jsonl': { 'Rights granted to everyone': [2] },
  'binding-unauthenticated.jsonl': { 'Rights granted to everyone': [2] },
  'clusterrole-patch.jsonl': { 'Cluster role that reads Secrets written': [3, 5], 'Built-in role or binding changed': [5] },
  'clusterrole-wildcard.jsonl': { 'Role of all verbs on all resources written': [2] },
  'clusterrolebinding-cluster-admin.jsonl': { 'Cluster-admin granted for the whole cluster': [2] },
  'configmap-aws-auth.jsonl': { 'Map of IAM roles to cluster users changed': [2] },
  'configmap-aws-credentials.jsonl': { 'AWS credentials put into a ConfigMap': [2] },
  'configmap-private-key.jsonl': { 'Private key put into a ConfigMap': [2] },
  'cronjob-privileged.jsonl': { 'Workload with privileged pods written': [2] },
  'csr-create-approve.jsonl': { 'Client certificate requested': [1], 'Certificate request approved by hand': [4] },
  'daemonset-privileged.jsonl': { 'Workload with privileged pods written': [2] },
  'debug-ephemeral-container.jsonl': { 'Ephemeral container added to a running pod': [3] },
  'debug-node.jsonl': {
    'Privileged pod created': [3],
    "Pod takes the node's root or runtime socket": [3],
    'Pod shares namespaces of the node': [3],
  },
  'deployment-patch-privileged.jsonl': { 'Workload with privileged pods written': [3] },
  'deployment-privileged.jsonl': { 'Workload with privileged pods written': [2] },
  'escalation-refused.jsonl': { 'Request forbidden': [2], 'Change of roles or bindings refused': [2] },
  'events-delete-many.jsonl': {
    'Event deleted': [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    'Events of a namespace deleted in bulk': [32],
  },
  'exec-kube-system.jsonl': { 'Command run in a pod of a system namespace': [4] },
  'exec-refused.jsonl': { 'Exec, attach or port-forward refused': [3, 4], 'Request forbidden': [3, 4] },
  'exec.jsonl': { 'Command run in a pod through the API': [3, 5] },
  'impersonation.jsonl': {
    "Request in another user's name": [1, 3],
    "Request in the name of the cluster's own users": [2],
    'Secrets of a namespace listed': [2],
    'Request forbidden': [3],
    'Access to Secrets refused': [3],
  },
  'namespace-controller.jsonl': {},
  'namespace-create-delete.jsonl': { 'Namespace deleted': [2] },
  'node-proxy.jsonl': { 'Kubelet read through the node proxy': [2], 'Command run through the kubelet API': [3] },
  'ordinary.jsonl': {
    'Pod deleted by a person': [121],
    'Service account token issued on request': [141],
    "kubectl used with a service account's credentials": [142, 143, 145],
  },
  'pod-capabilities.jsonl': { 'Pod adds a dangerous capability': [2] },
  'pod-foreign-registry.jsonl': { 'Container image from a registry that is not on the list': [2] },
  'pod-host-ipc.jsonl': { 'Pod shares namespaces of the node': [2] },
  'pod-host-network.jsonl': { 'Pod shares namespaces of the node': [2] },
  'pod-host-pid.jsonl': { 'Pod shares namespaces of the node': [2] },
  'pod-hostpath-docker-socket.jsonl': { "Pod takes the node's root or runtime socket": [2] },
  'pod-hostpath-etc.jsonl': { 'Pod mounts a sensitive path of the node': [2] },
  'pod-hostpath-root.jsonl': { "Pod takes the node's root or runtime socket": [2] },
  'pod-kube-system.jsonl': { 'Pod created in a system namespace by a person': [2] },
  'pod-plain.jsonl': {},
  'pod-privileged-init-container.jsonl': { 'Privileged pod created': [2] },
  'pod-privileged.jsonl': { 'Privileged pod created': [2] },
  'pod-security-audit.jsonl': { 'Privileged pod created': [2], "Pod let in against Pod Security's audit level": [2] },
  'pod-security-refused.jsonl': { 'Pod or workload refused by Pod Security': [2] },
  'pods-delete-many.jsonl': {
    'Pod deleted by a person': [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    'Workloads or pods of a namespace deleted in bulk': [14],
  },
  'port-forward.jsonl': { 'Port of a pod forwarded to a client': [4] },
  'role-pods-exec.jsonl': { 'Role that lets its holder into pods written': [2] },
  'rolebinding.jsonl': { 'Cluster-admin granted in a namespace': [3] },
  'secret-get.jsonl': { 'Secret read by a person': [2] },
  'secrets-enumeration.jsonl': { 'Secrets of a namespace listed': [2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
  'secrets-list-all.jsonl': { 'Secrets of the whole cluster listed': [2] },
  'secrets-refused-enumeration.jsonl': { 'Request forbidden': [1, 2, 3, 4, 5, 6, 7], 'Access to Secrets refused': [1, 2, 3, 4, 5, 6, 7] },
  'service-loadbalancer.jsonl': { 'Service opened to outside of the cluster': [2] },
  'service-nodeport.jsonl': { 'Service opened to outside of the cluster': [2] },
  'serviceaccount-forbidden.jsonl': {
    'Request forbidden': [2],
    "kubectl used with a service account's credentials": [2],
    'Access to Secrets refused': [2],
  },
  'serviceaccount-token.jsonl': {
    'Service account token issued on request': [3],
    "kubectl used with a service account's credentials": [4],
  },
  'unauthorized.jsonl': { 'Request with credentials that are not valid': [2] },
  'webhook-delete.jsonl': { 'Admission check removed': [1] },
  'webhook-mutating.jsonl': { 'Admission webhook registered or changed': [2] },
  'webhook-validating.jsonl': { 'Admission webhook registered or changed': [2] },
}

test('the pack loads without a problem', () => {
  expect(unexpected(loaded)).toEqual([])
})

test('all lists and macros have a prefix of ours, and all rules read the audit log', () => {
  const names = filesIn(RULES, '.yaml').flatMap((file) =>
    [...textOf(RULES, file).matchAll(/^- (?:list|macro): (.*)$/gm)].map(([, name]) => name),
  )
  expect(names.filter((name) => !name?.startsWith('creance_'))).toEqual([])
  expect(loaded.rules.filter(({ source }) => source !== 'k8s_audit')).toEqual([])
})

test('only the rule about registries is off', () => {
  const off = loaded.rules.filter(({ enabled }) => !enabled).map(({ name }) => name)
  expect(off).toEqual(['Container image from a registry that is not on the list'])
})

test('the table tells every recorded file', () => {
  expect(Object.keys(FIRES)).toEqual(filesIn(EVENTS, '.jsonl'))
})

test.each(Object.entries(FIRES))('%s fires what the table says', (file, expected) => {
  const fired: Record<string, number[]> = {}
  for (const [index, event] of eventsOf(file).entries()) {
    for (const { name } of firedBy(event)) fired[name] = [...(fired[name] ?? []), index + 1]
  }
  expect(fired).toEqual(expected)
})

test.each(['ordinary.jsonl', 'namespace-controller.jsonl'])('nothing in %s raises an alert', (file) => {
  const alerts = eventsOf(file).flatMap((event) => firedBy(event).filter(({ isAlert }) => isAlert))
  expect(alerts).toEqual([])
})

test('a harmless request that opens a file raises no alert', () => {
  const alerting = filesIn(EVENTS, '.jsonl').filter((file) => eventsOf(file).slice(0, 1).some(raisesAlert))
  // These begin with the deed itself.
  expect(alerting).toEqual([
    'anonymous-refused.jsonl',
    'csr-create-approve.jsonl',
    'impersonation.jsonl',
    'secrets-refused-enumeration.jsonl',
    'webhook-delete.jsonl',
  ])
})

test('each alert says who, what, from where and how it was answered', () => {
  const lacking = loaded.rules.filter(({ name, output }) => {
    const needed = ['verb=%ka.verb', 'code=%ka.response.code', 'source=%jevt.value[/sourceIPs/0]', 'agent=%ka.useragent']
    return !output.startsWith(`${name} (`) || !needed.every((part) => output.includes(part))
  })
  expect(lacking.map(({ name }) => name)).toEqual([])
  const [shell] = eventsOf('exec.jsonl').slice(2, 3)
  if (!shell) throw new Error('no such line')
  const [rule] = firedBy(shell)
  expect(rule?.output.format(shell).text).toBe(
    'Command run in a pod through the API (user=bob groups=(developers,system:authenticated) namespace=shop pod=web container=app ' +
      'command=/bin/sh stdin=true tty=<NA> uri=/api/v1/namespaces/shop/pods/web/exec?command=%2Fbin%2Fsh&container=app&stderr=true&stdin=true' +
      '&stdout=true verb=get code=101 source=127.0.0.1 agent=kubectl/v0.0.0 (linux/amd64) kubernetes/$Format)',
  )
})

test('no alert repeats what was put into a ConfigMap by mistake', () => {
  const texts = ['configmap-private-key.jsonl', 'configmap-aws-credentials.jsonl'].flatMap((file) =>
    eventsOf(file).flatMap((event) => firedBy(event).map(({ output }) => output.format(event).text)),
  )
  expect(texts).toHaveLength(2)
  expect(texts.join()).not.toMatch(/BEGIN|AKIA|wJalr/)
})

const PRIVILEGED = '{"template":{"spec":{"containers":[{"name":"app","securityContext":{"privileged":true}}]}}}'
test.each([
  { name: 'with a key twice', patch: `{"spec":{"replicas":2},"spec":${PRIVILEGED}}` },
  { name: 'with a key in escapes', patch: `{"spec":${PRIVILEGED.replace('privileged', '\\u0070rivileged')}}` },
  { name: 'of the whole object', patch: `[{"op":"copy","from":"/metadata/annotations/a","path":""}]` },
])('a patch $name hides nothing', ({ patch }) => {
  const [, , recorded] = textOf(EVENTS, 'deployment-patch-privileged.jsonl').split('\n')
  const text = recorded?.replace(/"requestObject":.*?,"responseObject"/, () => `"requestObject":${patch},"responseObject"`) ?? ''
  const fired = splitAudit(text).events.flatMap((event) => firedBy(event))
  expect(text).toContain(patch)
  expect(fired.map(({ name }) => name)).toEqual(['Workload with privileged pods written'])
})

test('the cases in the rules pass, and each rule has one of either kind', () => {
  expect(runFalcoTests([fileURLToPath(RULES)]).filter(({ passed }) => !passed)).toEqual([])
  const cases = FILES.flatMap(({ file, text }) => readRuleTests(file, text).tests)
  const lacking = loaded.rules.filter(({ name }) => {
    const kinds = cases.flatMap(({ rule, tests }) => (rule === name ? tests.map(({ matches }) => matches) : []))
    return new Set(kinds).size < 2
  })
  expect(lacking.map(({ name }) => name)).toEqual([])
})

test('a file that is loaded later tunes the pack as the README shows', () => {
  const [, shown] = /```yaml\n([\s\S]*?)```/.exec(textOf(RULES, 'README.md')) ?? []
  const tuned = load([...FILES, { file: 'zz-ours.yaml', text: shown ?? '' }])
  const fired = ['exec.jsonl', 'port-forward.jsonl'].flatMap((file) => eventsOf(file).flatMap((event) => firedBy(event, compiled(tuned))))
  expect(unexpected(tuned)).toEqual([])
  expect(fired).toEqual([])
  expect(tuned.rules.filter(({ enabled }) => !enabled)).toEqual([])
  expect(tuned.rules.find(({ name }) => name === 'Service account token issued on request')?.priority).toBe('Warning')
})

test('the README has a row for each rule', () => {
  const rows = [...textOf(RULES, 'README.md').matchAll(/^\| ([^|]*?) \|/gm)].map(([, cell]) => cell)
  expect(loaded.rules.map(({ name }) => name).filter((name) => !rows.includes(name))).toEqual([])
})

function load(files: readonly FalcoFile[]): LoadedFalcoRules {
  return loadFalcoRules(files, {
    sources: { k8s_audit: auditFields },
    knownOutput: (template) => void compileOutput(template, auditFields),
  })
}

function unexpected({ problems }: LoadedFalcoRules): readonly string[] {
  return problems.filter(({ code, message }) => !(code === 'LOAD_UNKNOWN_KEY' && message.includes("'tests'"))).map(formatProblem)
}

function compiled(from: LoadedFalcoRules) {
  return from.rules.map((rule) => ({
    name: rule.name,
    isAlert: rule.enabled && isAtLeast(rule.priority, 'Notice'),
    matches: compileCondition(rule.condition, auditFields),
    output: compileOutput(rule.output, auditFields),
  }))
}

function raisesAlert(event: AuditEvent): boolean {
  return firedBy(event).some(({ isAlert }) => isAlert)
}

function firedBy(event: AuditEvent, from = rules) {
  return from.filter(({ matches }) => matches(event))
}

function eventsOf(file: string): readonly AuditEvent[] {
  return textOf(EVENTS, file)
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => splitAudit(line).events)
}

function filesIn(folder: URL, ending: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .sort()
}

function textOf(folder: URL, file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}
