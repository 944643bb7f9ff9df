import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block } from '../../../lib/port/chat.ts'
import { notAThreatModal, noticeModal, reasonModal, showReasonError, waitingModal } from '../../../lib/slack/modal.ts'
import { DialogMark, readSubmission } from '../../../lib/slack/submission.ts'
import { ModalView } from '../../../local/slack/view/view.ts'
import { submissionPayload } from '../../support/signed-press.ts'

const MARK = { nonce: 'n'.repeat(32), action: 'delete', channel: 'C0ALERTS', ts: '1.2', user: 'U0ALICE' }

const preformatted = (blocks: readonly Block[]): string[] =>
  blocks
    .filter(({ type }) => type === 'rich_text')
    .map(({ elements }) => (elements as { type: string; elements: { type: string; text: string }[] }[])[0]?.elements[0]?.text ?? '')

describe('every dialog keeps Slack’s limits', () => {
  const long = 'x'.repeat(5000)
  test.each([
    ['one that waits', waitingModal(long, MARK)],
    ['a notice', noticeModal(long, long)],
    ['one that asks for a reason', reasonModal({ title: long, about: long }, MARK)],
    [
      'one with exceptions',
      notAThreatModal(
        {
          about: long,
          exceptions: Array.from({ length: 60 }, () => ({ rule: long, yaml: `${long}\n${'y: 1\n'.repeat(500)}`, notes: [long, long] })),
        },
        MARK,
      ),
    ],
  ])('%s', (_name, modal) => {
    const { title, submit, close, private_metadata, blocks } = modal
    for (const word of [title, submit, close]) expect(word?.text.length ?? 1).toBeLessThanOrEqual(24)
    expect(title.text.length).toBeGreaterThan(0)
    expect(ModalView.safeParse(modal).error?.issues).toBeUndefined()
    expect(private_metadata.length).toBeLessThanOrEqual(3000)
    expect(blocks.length).toBeLessThanOrEqual(100)
    expect(JSON.stringify(blocks).length).toBeLessThan(250_000)
    for (const block of blocks) {
      const { text } = block as { text?: { text: string } }
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(3000)
    }
    for (const text of preformatted(blocks)) expect(text.length).toBeLessThanOrEqual(3000)
    if (blocks.some(({ type }) => type === 'input')) expect(submit).toBeDefined() // Slack opens none with inputs otherwise
  })
})

test('what is to be copied is there whole, whatever stands in it, in blocks in which nothing means anything', () => {
  const line = fc.string({ unit: fc.constantFrom('`', '```', '&', '<!channel>', '*', '\\', '"', "'", 'a', ' ', ':x:'), maxLength: 30 })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 200 }), (lines) => {
      const yaml = `- rule: x\n${lines.map((one) => `  ${one}\n`).join('')}  z`
      if (yaml.length > 9000) return
      const { blocks } = notAThreatModal({ about: 'x', exceptions: [{ rule: 'x', yaml, notes: [] }] }, MARK)
      expect(preformatted(blocks).join('')).toBe(yaml)
    }),
  )
})

test('a rule or a note cannot mention or format', () => {
  const hostile = '<!channel> *x* <https://evil.example|click> `'
  const { blocks } = notAThreatModal({ about: 'x', exceptions: [{ rule: hostile, notes: [hostile] }], noSilence: hostile }, MARK)
  const shown = JSON.stringify(blocks.filter(({ type }) => type !== 'rich_text'))
  expect(shown).not.toContain('<!channel>')
  expect(shown).not.toContain('<https')
})

test('without a silence to be had there is none to be chosen', () => {
  const blocks = (noSilence?: string) =>
    JSON.stringify(notAThreatModal({ about: 'x', exceptions: [], ...(noSilence ? { noSilence } : {}) }, MARK).blocks)
  expect(blocks()).toContain('static_select')
  expect(blocks('its name')).not.toContain('static_select')
})

test('what a dialog carries comes back with what is sent', () => {
  const { private_metadata } = reasonModal({ title: 'Delete', about: 'x' }, MARK)
  expect(readSubmission(submissionPayload({ metadata: private_metadata, reason: ' why ', choice: '8h' }))).toMatchObject({
    mark: MARK,
    reason: 'why',
    choice: '8h',
  })
})

test.each(['', '{', '[]', '{"nonce":1}', '{"__proto__":{"nonce":"x"}}', JSON.stringify({ ...MARK, channel: 'x y' })])(
  'metadata %j is no dialog of ours',
  (metadata) => {
    expect(readSubmission(submissionPayload({ metadata, reason: 'x' })).mark).toBeUndefined()
    expect(DialogMark.safeParse(MARK).success).toBe(true)
  },
)

test('an error stands beside the reason', () => {
  expect(showReasonError('Please say why.')).toEqual({ response_action: 'errors', errors: { 'creance.reason': 'Please say why.' } })
})
