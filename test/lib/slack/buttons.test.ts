import { expect, test } from 'vitest'
import type { Offer } from '../../../lib/response/offer.ts'
import { buttons } from '../../../lib/slack/buttons.ts'
import { readInteraction } from '../../../lib/slack/press.ts'
import { detection } from '../../support/detection.ts'
import { incidentOf, offerOf, planOf, TARGET, viewOf } from '../../support/incident-view.ts'

type Element = {
  readonly type: string
  readonly action_id: string
  readonly value?: string
  readonly style?: string
  readonly accessibility_label?: string
  readonly text?: { readonly text: string }
  readonly confirm?: { readonly text: { readonly text: string } }
  readonly options?: readonly { readonly text: { readonly text: string }; readonly value: string }[]
}
const elementsOf = (offers: readonly Offer[], view = viewOf()): readonly Element[] =>
  (buttons(view, offers)[0]?.elements ?? []) as readonly Element[]

test('without an offer there is no block', () => {
  expect(buttons(viewOf(), [])).toEqual([])
})

test('they stand in the order in which they are used, and each carries its nonce and nothing else', () => {
  const offers = ['delete', 'not_a_threat', 'silence', 'acknowledge', 'isolate', 'release', 'reject', 'end_silence'].map((name) =>
    offerOf(name),
  )
  expect(elementsOf([...offers, offerOf('cordon', { plan: 'p' })]).map(({ action_id, value }) => [action_id, value])).toEqual([
    ['creance.cordon', 'nonce-cordon-0000000000'],
    ['creance.reject', 'nonce-reject-0000000000'],
    ['creance.release', 'nonce-release-0000000000'],
    ['creance.isolate', 'nonce-isolate-0000000000'],
    ['creance.acknowledge', 'nonce-acknowledge-0000000000'],
    ['creance.silence', undefined],
    ['creance.not_a_threat', 'nonce-not_a_threat-0000000000'],
    ['creance.end_silence', 'nonce-end_silence-0000000000'],
    ['creance.delete', 'nonce-delete-0000000000'],
  ])
})

test.each([
  ['isolate', true],
  ['cordon', true],
  ['delete', false], // asks for a reason, in a dialog
  ['evict', false],
  ['release', false],
  ['acknowledge', false],
  ['label', false],
])('%s asks once more: %s', (action, asks) => {
  expect(elementsOf([offerOf(action)])[0]?.confirm !== undefined).toBe(asks)
})

test('the question names the pod, and a dry run says that it is one', () => {
  const [element] = elementsOf([offerOf('isolate', { target: TARGET, dryRun: true })])
  expect(element?.confirm?.text.text).toMatch(/^Pod shop\/web-1\. Cuts this one pod off.* This is a dry run\.$/)
  expect(element?.accessibility_label).toBe('Isolate: pod shop/web-1')
})

test('what a response asks for is approved by its name, and is the one that stands out', () => {
  const [approve, isolate] = elementsOf([offerOf('cordon', { plan: 'plan-cordon' }), offerOf('isolate')])
  expect([approve?.text?.text, approve?.style]).toEqual(['Approve: Cordon node', 'primary'])
  expect([isolate?.text?.text, isolate?.style]).toEqual(['Isolate', undefined])
  expect(elementsOf([offerOf('isolate')])[0]?.style).toBe('primary')
  expect(elementsOf([offerOf('delete')])[0]?.style).toBe('danger')
})

test('of what takes two people the second is told that it is the second', () => {
  const approvals = [{ user: 'U0BOB', name: 'bob', atMs: 1 }]
  expect(elementsOf([offerOf('isolate', { plan: 'p', people: 2, approvals })])[0]?.text?.text).toBe('Approve: Isolate (second person)')
})

test('several of one action are told apart, by their ids and, where they answer to plans, by their words', () => {
  const elements = elementsOf(
    [offerOf('reject', { plan: 'plan-isolate' }), offerOf('reject', { plan: 'plan-delete', nonce: 'another-nonce-000000' })],
    viewOf({ plans: [planOf('isolate'), planOf('delete')] }),
  )
  expect(elements.map(({ action_id, text }) => [action_id, text?.text])).toEqual([
    ['creance.reject', 'Reject: Isolate'],
    ['creance.reject.2', 'Reject: Delete'],
  ])
})

test('a silence is chosen from a menu: for how long, or the rule that the offer names', () => {
  const [menu] = elementsOf([offerOf('silence', { parameters: { rule: 'Shell' } })])
  expect(menu?.type).toBe('static_select')
  expect(menu?.options?.map(({ text, value }) => [text.text, value])).toEqual([
    ['Silence for 1 hour', 'nonce-silence-0000000000:1h'],
    ['Silence for 8 hours', 'nonce-silence-0000000000:8h'],
    ['Shell on this workload, 7 days', 'nonce-silence-0000000000:rule'],
  ])
})

test('a long rule is cut so that what it is silenced on can be read', () => {
  const [menu] = elementsOf([offerOf('silence', { parameters: { rule: 'r'.repeat(200) } })])
  expect(menu?.options?.at(-1)?.text.text).toMatch(/^r{49}… on this workload, 7 days$/)
})

test('of more than there is room for, what is used first stays', () => {
  const many = Array.from({ length: 60 }, (_, at) => offerOf(`action-${at}`, { nonce: `nonce-${String(at).padStart(20, '0')}` }))
  const elements = elementsOf([...many, offerOf('isolate'), offerOf('release')])
  expect(elements.length).toBeLessThanOrEqual(25)
  expect(elements.slice(0, 2).map(({ action_id }) => action_id)).toEqual(['creance.release', 'creance.isolate'])
})

test('what is drawn is what a press is read as', () => {
  const view = viewOf({ incident: incidentOf([detection()]) })
  for (const element of elementsOf(
    [offerOf('isolate'), offerOf('silence'), offerOf('reject'), offerOf('reject', { nonce: 'x'.repeat(22) })],
    view,
  )) {
    const last = element.options?.at(-1)
    const payload = {
      ...{ type: 'block_actions', api_app_id: 'A1', team: { id: 'T1' }, channel: { id: 'C1' }, user: { id: 'U1', username: 'alice' } },
      actions: [
        {
          type: element.type,
          action_id: element.action_id,
          action_ts: '1',
          ...(last ? { selected_option: last } : { value: element.value }),
        },
      ],
    }
    const press = readInteraction(payload)
    expect(press).toMatchObject({
      kind: 'press',
      action: /^creance\.([a-z_]+)/.exec(element.action_id)?.[1],
      ...(last ? { choice: 'rule' } : {}),
    })
    expect(press.kind === 'press' && press.nonce).toBe(last ? last.value.replace(/:rule$/, '') : element.value)
  }
})
