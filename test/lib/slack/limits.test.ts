import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatMessage } from '../../../lib/port/chat.ts'
import { incidentMessage } from '../../../lib/slack/blocks.ts'
import { digestMessage } from '../../../lib/slack/digest.ts'
import { threadReplies } from '../../../lib/slack/thread.ts'
import { checkBlocks } from '../../../local/slack/limits.ts'
import { AT_MS } from '../../support/incident-view.ts'
import { CORPUS, HUGE, Shape, shown } from './hostile-view.ts'
import { mrkdwnIn, problemsOf, strangersIn } from './slack-limits.ts'

function messagesOf(shape: Shape): readonly ChatMessage[] {
  const { view, offers, digest } = shown(shape)
  return [
    incidentMessage(view, offers),
    incidentMessage(view, offers, { link: 'https://creance.example/i/1?t=a&s=b' }),
    digestMessage(digest),
    ...threadReplies(view).map(({ message }) => message),
  ]
}

function faultsOf(message: ChatMessage): readonly string[] {
  const texts = mrkdwnIn(message.blocks)
  const checked = checkBlocks(JSON.parse(JSON.stringify(message.blocks)), '/blocks')
  return [
    ...problemsOf(message),
    ...('problems' in checked ? checked.problems : []),
    ...[...texts, message.text].flatMap(strangersIn),
    ...texts.flatMap((text) => (text.length === 3000 || text.length === 2000 ? ['cut by its place, and not by its words'] : [])),
  ]
}

test('of any incident, with any text of any length in it, all messages keep every limit, and nothing of an attacker’s mentions, links or formats', () => {
  fc.assert(
    fc.property(Shape, (shape) => {
      for (const message of messagesOf(shape)) expect(faultsOf(message)).toEqual([])
    }),
    { numRuns: 40 },
  )
}, 240_000)

const FLAGS = [[true], [true, false, true, true, false]]
const everywhere = (text: string, size: number, flags: readonly boolean[]): Shape => ({
  ...{ texts: [text], counts: [size], numbers: [AT_MS, 7, 12_345], flags: [...flags], severity: 5, status: 'open', kind: 'workload' },
})

test.each(CORPUS.map((text) => [JSON.stringify(text), text] as const))('%s everywhere at once is shown as text', (_name, text) => {
  for (const flags of FLAGS)
    for (const size of [1, 9])
      for (const status of ['open', 'closed'] as const)
        for (const message of messagesOf({ ...everywhere(text, size, flags), status })) expect(faultsOf(message)).toEqual([])
})

test.each(HUGE.map((text) => [JSON.stringify(text.slice(0, 20)), text] as const))(
  '100,000 characters of %s everywhere at once',
  (_name, text) => {
    for (const message of messagesOf(everywhere(text, 8, [true]))) expect(faultsOf(message)).toEqual([])
  },
)

test('however much there is to tell, title, place, the first of what was seen and what can be pressed are told', () => {
  fc.assert(
    fc.property(Shape, (shape) => {
      const { view, offers } = shown({ ...shape, status: 'open' })
      const { blocks } = incidentMessage(view, offers)
      expect(blocks[0]?.type).toBe('header')
      expect(blocks.some(({ fields }) => fields !== undefined)).toBe(true)
      const seen = mrkdwnIn(blocks).find((text) => text.startsWith('*What was seen*')) ?? ''
      expect(seen).toContain(view.incident.evidence.length > 0 ? '\n• ' : '*What was seen*')
      const usable = offers.some(({ nonce }) => /^[\w-]{1,64}$/.test(nonce))
      expect(blocks.some(({ type }) => type === 'actions')).toBe(usable)
    }),
    { numRuns: 30 },
  )
}, 120_000)

test('the same view gives the same replies, each key once, and a key never tells of anything secret', () => {
  fc.assert(
    fc.property(Shape, (shape) => {
      const { view } = shown(shape)
      const replies = threadReplies(view)
      expect(threadReplies(view)).toEqual(replies)
      const keys = replies.map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
      for (const key of keys) expect(key).toMatch(/^[\w-]{1,60}$/)
      expect(replies.length).toBeLessThanOrEqual(151)
      const said = JSON.stringify(replies)
      for (const { offer } of view.offers) if (/^n{5}/.test(offer.nonce)) expect(said).not.toContain(offer.nonce)
    }),
    { numRuns: 30 },
  )
}, 120_000)

test.each<[string, ChatMessage]>([
  [
    'text that is too long',
    { text: 'x', color: '#000000', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001), verbatim: true } }] },
  ],
  [
    'a mention',
    { text: 'x', color: '#000000', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '<!channel>', verbatim: true } }] },
  ],
  [
    'a link',
    {
      text: 'x',
      color: '#000000',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '<https://evil.example|x>', verbatim: true } }],
    },
  ],
  [
    'an open code span',
    { text: 'x', color: '#000000', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'a `b', verbatim: true } }] },
  ],
  ['bold', { text: 'x', color: '#000000', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'a *b', verbatim: true } }] }],
  ['an emoji', { text: 'x', color: '#000000', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: ':fire:', verbatim: true } }] }],
  ['an unknown block', { text: 'x', color: '#000000', blocks: [{ type: 'video' }] }],
  ['no block', { text: 'x', color: '#000000', blocks: [] }],
])('the check itself finds %s', (_name, message) => {
  expect([...problemsOf(message), ...mrkdwnIn(message.blocks).flatMap(strangersIn)]).not.toEqual([])
})
