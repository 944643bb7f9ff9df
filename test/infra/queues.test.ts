import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

type Sqs = { readonly arn: string; readonly batchSize: number }
type Settings = { readonly timeout?: number; readonly memorySize?: number }
type Func = Settings & { readonly events?: readonly { readonly sqs?: Sqs }[] }
type Service = { readonly provider: { readonly timeout: number }; readonly functions: Readonly<Record<string, Func>> }
type Queues = { readonly Resources: Readonly<Record<string, { readonly Properties: { readonly VisibilityTimeout?: number } }>> }

const tag = (name: string) => ({ tag: name, resolve: (value: string) => value })
const read = (file: string): unknown =>
  parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'), {
    customTags: [tag('!Sub'), tag('!GetAtt'), tag('!Ref')],
    logLevel: 'silent',
    merge: true,
  })
const { provider, functions } = read('serverless.yml') as Service
const { Resources } = read('infra/queues.yml') as Queues
const sources = Object.entries(functions).flatMap(([name, { timeout = provider.timeout, events = [] }]) =>
  events.flatMap(({ sqs }) => (sqs ? [{ name, timeout, queue: sqs.arn.replace('.Arn', '') }] : [])),
)

test.each(sources)('$queue hides a message six times as long as $name may take', ({ timeout, queue }) => {
  expect(Resources[queue]?.Properties.VisibilityTimeout).toBe(6 * timeout)
})

test('respond has a whole core for the evidence, takes two actions at a time and has a minute', () => {
  expect(functions.respond).toMatchObject({ memorySize: 1769, timeout: 60 })
  const actions = functions.respond?.events?.find(({ sqs }) => sqs?.arn === 'ActionsQueue.Arn')
  expect(actions?.sqs?.batchSize).toBe(2)
  expect(sources.map(({ queue }) => queue)).toContain('OutcomesQueue')
})
