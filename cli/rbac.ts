import { join } from 'node:path'
import { Command, Option } from 'commander'
import { closestName } from '../lib/condition/closest.ts'
import { CodedError } from '../lib/error.ts'
import { ACTION_NAMES } from '../lib/response/actions/index.ts'
import { manifest, NamespaceName, Subject } from '../lib/response/rbac/manifest.ts'
import { actWords, READ_WORDS } from '../lib/response/rbac/words.ts'
import { type ActionUse, actRules, readRules, usesIn } from '../lib/response/rbac.ts'
import { yamlText } from '../lib/rule/write-yaml.ts'
import { loadRulesOrThrow } from '../lib/rule-set.ts'

type Identity = 'act' | 'read'

type Flags = {
  readonly actions?: string
  readonly rules?: readonly string[]
  readonly identity: Identity | 'both'
  readonly serviceAccount?: string
  readonly group?: string
  readonly user?: string
  readonly namespaces?: string
  readonly json?: boolean
}

/** `creance rbac`: the roles for what is in use, as a manifest for `kubectl apply -f -`. Exit 0, 2 for what cannot be meant or rules that do not load. */
export function rbacCommand(packageRoot: string): Command {
  return new Command('rbac')
    .description('The roles that Creance needs in a cluster: exactly the rights of the actions in use. YAML for kubectl apply -f -')
    .option('--actions <names>', 'for these actions, such as label,isolate, instead of those that the rule files use')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', collect)
    .addOption(
      new Option('--identity <which>', 'which changes things, or which finds out').choices(['act', 'read', 'both']).default('both'),
    )
    .option('--service-account <namespace/name>', 'who gets the rights: a service account')
    .option('--group <name>', 'or a group, as of an EKS access entry (unless said: creance-act, creance-read)')
    .option('--user <name>', 'or a user')
    .option('--namespaces <names>', 'only there, such as shop,payments, instead of everywhere')
    .option('--json', 'a List in JSON instead of YAML')
    .addHelpText(
      'after',
      `
What a response in mode observe calls for is only read: make the roles again when you change its mode.
What each action needs, and how to install it: docs/rbac.md`,
    )
    .action((flags: Flags) => {
      const { rules, uses } = rulesFor(flags, packageRoot)
      const namespaces =
        flags.namespaces === undefined ? undefined : listed(flags.namespaces).map((one) => parsed(NamespaceName, one, '--namespaces'))
      if (namespaces?.length === 0) throw new CodedError('invalid_config', '--namespaces names none')
      const identities: readonly Identity[] = flags.identity === 'both' ? ['act', 'read'] : [flags.identity]
      const objects = identities.flatMap((identity) =>
        manifest({ identity, rules: rules[identity], subjects: [subjectOf(flags, identity)], namespaces }),
      )
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })}\n`)
        return
      }
      const words = identities.flatMap((identity) => (identity === 'act' ? actWords(uses, rules.act) : READ_WORDS))
      process.stdout.write(yamlText(objects, ['Made by creance rbac; docs/rbac.md says how to install it.', ...words]))
    })
}

function rulesFor({ actions, rules }: Flags, packageRoot: string) {
  if (actions !== undefined && rules !== undefined)
    throw new CodedError('invalid_config', 'either --actions or --rules: each says what is in use')
  if (actions !== undefined) {
    const uses = listed(actions).map(useOf)
    if (uses.length === 0) throw new CodedError('invalid_config', `--actions names none; known are ${ACTION_NAMES.join(', ')}`)
    return { uses, rules: { act: actRules(uses), read: readRules() } }
  }
  const loaded = loadRulesOrThrow(rules ?? [join(packageRoot, 'rules')])
  const uses = usesIn(loaded)
  const act = actRules(uses, { hasFloor: loaded.guards.replica_floors.length > 0 })
  return { uses, rules: { act, read: readRules() } }
}

function useOf(name: string): ActionUse {
  if (ACTION_NAMES.includes(name)) return { name }
  const near = closestName(name, ACTION_NAMES)
  const hint = near === undefined ? '' : `did you mean ${near}? `
  throw new CodedError(
    'invalid_config',
    `--actions: there is no action "${name.slice(0, 40)}"; ${hint}known are ${ACTION_NAMES.join(', ')}`,
  )
}

/** Of two identities, each has a group of its own unless one subject is to have both. */
function subjectOf({ serviceAccount, group, user }: Flags, identity: Identity): Subject {
  if ([serviceAccount, group, user].filter((one) => one !== undefined).length > 1)
    throw new CodedError('invalid_config', 'one of --service-account, --group and --user says who gets the rights')
  if (serviceAccount !== undefined) {
    const [namespace, name, ...more] = serviceAccount.split('/')
    if (more.length > 0) throw new CodedError('invalid_config', '--service-account: expected namespace/name')
    return parsed(Subject, { kind: 'ServiceAccount', namespace, name }, '--service-account: expected namespace/name')
  }
  if (user !== undefined) return parsed(Subject, { kind: 'User', name: user }, '--user')
  return parsed(Subject, { kind: 'Group', name: group ?? `creance-${identity}` }, '--group')
}

/** Errors: `invalid_config` that names the option. */
function parsed<T>(
  schema: { safeParse: (value: unknown) => { data?: T; error?: { issues: readonly { message: string }[] } | undefined } },
  value: unknown,
  option: string,
): T {
  const { data, error } = schema.safeParse(value)
  if (data === undefined) throw new CodedError('invalid_config', `${option}: ${error?.issues[0]?.message ?? 'cannot be meant'}`)
  return data
}

function listed(names: string): readonly string[] {
  return [
    ...new Set(
      names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  ]
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
