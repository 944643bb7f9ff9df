import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { respondPage } from '../../lib/page/respond-page.ts'
import { alertsOn } from '../../local/demo/alerts.ts'
import { deployWorkloads } from '../../local/demo/workload.ts'
import { nonceOf, testChain, type Wrap } from '../support/chain.ts'
import { demoRules } from '../support/rules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// What each function does to the table and to evidence in the story, against what its role allows: on one machine nothing would say that a right is missing.
type Statement = { readonly Action: string | readonly string[]; readonly Resource?: unknown }
type Role = {
  readonly Properties: { readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[] }
}

const ROOT = join(import.meta.dirname, '../..')
const tag = (name: string) => ({ tag: name, resolve: (value: string) => value })
const text = readFileSync(join(ROOT, 'infra/roles.yml'), 'utf8')
const { Resources } = parse(text, { customTags: [tag('!Sub'), tag('!GetAtt'), tag('!Ref')], logLevel: 'silent' }) as {
  readonly Resources: Readonly<Record<string, Role>>
}
const NEEDS: Readonly<Record<string, string>> = {
  'store.get': 'dynamodb:GetItem',
  'store.getMany': 'dynamodb:BatchGetItem',
  'store.put': 'dynamodb:PutItem',
  'store.query': 'dynamodb:Query',
  'store.remove': 'dynamodb:DeleteItem',
  'evidence.keep': 's3:PutObject',
}
const STAGES = ['evaluate', 'enrich', 'respond', 'notify', 'interact', 'sweep', 'page'] as const
const folder = temporaryFolder()
const used = new Map<string, Set<string>>()

beforeAll(async () => {
  const doing = { stage: '' }
  const wrap: Wrap = (name, port) =>
    Object.fromEntries(
      Object.entries(port).map(([method, call]) => [
        method,
        (...args: readonly unknown[]) => {
          const need = NEEDS[`${name}.${method}`]
          const of = used.get(doing.stage) ?? new Set()
          if (need) used.set(doing.stage, of.add(need))
          return call(...args)
        },
      ]),
    ) as typeof port
  const chain = await testChain([demoRules(folder.path)], { wrap, doing })
  const { nginx, payments } = await deployWorkloads(chain.cluster)
  const recording = (name: string) => new URL(`../../local/demo/alerts/${name}.jsonl`, import.meta.url)
  await chain.send(alertsOn(nginx, recording('shell-then-shadow')))
  await chain.send(alertsOn(payments, recording('netcat-shell')))
  await chain.settle()
  for (const action of ['isolate', 'release']) {
    const value = nonceOf(chain.chat.messages.find((one) => nonceOf(one.message, action) !== '')?.message, action)
    await chain.press({ value })
    await chain.settle()
  }
  await chain.command('silence alert.rule = x for 1h')
  for (const text of ['incidents', 'stop', 'resume']) await chain.command(text)
  chain.time.nowMs += 61_000
  await chain.sweep()
  await chain.settle()
  doing.stage = 'page'
  const page = { store: chain.ports.store, access: { kind: 'open' as const }, log: chain.ports.log }
  const [, id] =
    /incidents\/([0-9a-f]{32})/.exec((await respondPage({ path: '/incidents', query: '', nowMs: Date.now() }, page)).body) ?? []
  await respondPage({ path: `/incidents/${id}`, query: '', nowMs: Date.now() }, page)
  await chain.stop()
})
afterAll(() => folder.remove())

test('exports go to buckets named for them, and to none of the stack’s own, whatever names these are given', () => {
  const statements = Resources.NotifyRole?.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement) ?? []
  const buckets = statements.flatMap(({ Action, Resource }) => ([Action].flat().includes('s3:PutObject') ? [String(Resource)] : []))
  expect(buckets).toHaveLength(1)
  // CloudFormation names a bucket by the stack's name, the logical id in small letters, and something random.
  const stages = (name: string) => name.replaceAll('$' + '{sls:stage}', 'prod').replace('arn:$' + '{AWS::Partition}:s3:::', '')
  const pattern = new RegExp(`^${stages(buckets[0] ?? '').replaceAll('*', '.*')}$`)
  expect('creance-prod-ocsf-111122223333/ocsf/2026/11/20/x.json.gz').toMatch(pattern)
  for (const own of ['evidencebucket', 'serverlessdeploymentbucket']) expect(`creance-prod-${own}-1a2b3c/ocsf/x`).not.toMatch(pattern)
})

describe.each(STAGES)('the role of %s', (stage) => {
  const role = Resources[`${stage.charAt(0).toUpperCase()}${stage.slice(1)}Role`]
  const allowed = new Set(
    role?.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(({ Action }) => Action),
  )

  test('allows all that it does', () => {
    const does = [...(used.get(stage) ?? [])].sort()
    expect(does.length).toBeGreaterThan(0)
    expect(does.filter((action) => !allowed.has(action))).toEqual([])
  })
})
