import type { RbacRule } from '../lib/response/action.ts'
import { ACTION_NAMES, actionNamed } from '../lib/response/actions/index.ts'
import { rightsOf, rightWords, rulesOf } from '../lib/response/rbac/rights.ts'
import { widerRights } from '../lib/response/rbac/words.ts'
import { actRules, readRules } from '../lib/response/rbac.ts'

/** What is made from the code in docs/rbac.md, by the name of its place there. */
export function rbacTables(): Readonly<Record<string, string>> {
  const nothing = actRules([])
  const everything = ACTION_NAMES.map((name) => ({ name }))
  return {
    actions: table(
      ['action', 'what it does', 'what it needs'],
      ACTION_NAMES.map((name) => {
        const action = actionNamed(name)
        const own = rights(without(action?.rbac() ?? [], nothing))
        return [`\`${name}\``, action?.description ?? '', action?.losesPod ? `${own}, and what \`capture\` needs` : own]
      }),
    ),
    variants: table(
      ['as it stands in a rule file', 'what it needs instead'],
      VARIANTS.map(([words, name, parameters]) => [`\`${words}\``, rights(without(actRules([{ name, parameters, by: 'hand' }]), nothing))]),
    ),
    respond: table(
      ['when', 'what it needs', 'what for'],
      [
        ['always', rights(nothing), 'to prove the pod; to tell the outcome in its events'],
        [
          'a response calls for it',
          rights(without(actRules([{ name: 'label' }]), actRules([{ name: 'label', by: 'hand' }]))),
          'the budget for each workload',
        ],
        [
          'and it takes pods away, and there is a replica floor',
          rights(without(actRules([{ name: 'delete' }]), actRules([{ name: 'delete' }], { hasFloor: false }))),
          'to count those that are ready',
        ],
      ],
    ),
    wider: table(
      ['right', 'what it allows beside what is done with it'],
      widerRights([...actRules(everything), ...VARIANTS.flatMap(([, name, parameters]) => actRules([{ name, parameters }]))]).map(
        ({ right, words }) => [`\`${right}\``, words],
      ),
    ),
    read: rights(readRules()),
  }
}

/** Puts the tables into the page, each between its two comments. */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replace(
    /(<!-- made: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begins, name, ends) => `${begins}${tables[name] ?? ''}\n${ends}`,
  )
}

const VARIANTS: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
  ['isolate: {detach: controller}', 'isolate', { detach: 'controller' }],
  ['isolate: {policy: cilium}', 'isolate', { policy: 'cilium' }],
  ['isolate: {policy: cilium, allow_dns: true}', 'isolate', { policy: 'cilium', allow_dns: true }],
  ['isolate: {policy: calico}', 'isolate', { policy: 'calico' }],
]

function without(rules: readonly RbacRule[], others: readonly RbacRule[]): readonly RbacRule[] {
  const given = new Set(rightsOf(others).map(rightWords))
  return rulesOf(rightsOf(rules).filter((right) => !given.has(rightWords(right))))
}

/** `get, list nodes; patch pods`, resources with their groups as kubectl writes them. */
function rights(rules: readonly RbacRule[]): string {
  const words = rules.map(({ apiGroups: [group = ''], resources, verbs }) => {
    const names = resources.map((resource) => rightWords({ apiGroup: group, resource, verb: '' }).trim())
    return `\`${verbs.join(', ')} ${names.join(', ')}\``
  })
  return words.length > 0 ? words.join('; ') : 'nothing'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}
