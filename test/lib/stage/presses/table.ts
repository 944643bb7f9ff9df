import { signedRequest } from '../../../../lib/runtime/http.ts'
import type { SignedRequest } from '../../../../lib/slack/signature.ts'
import { interact } from '../../../../lib/stage/interact.ts'
import { keepMembers } from '../../../../lib/stage/user-groups.ts'
import { httpEvent } from '../../../support/lambda.ts'
import { pressBody, pressPayload, sign, submissionBody } from '../../../support/signed-press.ts'
import { NOW, nonceFor, type PressStage, SECRET, SHOWN } from './stage.ts'

/** `told`: in which words, and how: `alone` in the channel for that person's eyes, in a `dialog`, or beside the field of one. `line`: what the journal
 *  says of it; undefined: nothing. `changes`: whether anything but the journal and what is told is another afterwards. */
export type PressCase = {
  readonly press: string
  readonly outcome: string
  readonly status?: number
  readonly told?: { readonly how: 'alone' | 'dialog' | 'field'; readonly text: string }
  readonly line?: string | RegExp
  readonly changes?: true
  /** It was taken before, and has its line already. */
  readonly again?: true
  readonly before?: (stage: PressStage) => Promise<unknown>
  readonly request: (stage: PressStage) => SignedRequest
}

type Press = Parameters<typeof pressBody>[0]
const button = (name: string, more: Partial<Press> = {}): Press => ({ value: nonceFor(name), action: name, at: '9.0', ...more })
const press =
  (name: string, more: Partial<Press> = {}) =>
  (stage: PressStage): SignedRequest =>
    stage.sign(pressBody(button(name, more)))
const pressed =
  (name: string, more: Partial<Press> = {}) =>
  async (stage: PressStage): Promise<unknown> =>
    interact(stage.sign(pressBody(button(name, { at: '1.0', ...more }))), stage.ports)

const mark = (name: string, more: object = {}): string =>
  JSON.stringify({ nonce: nonceFor(name), action: name, channel: 'C0ALERTS', user: 'U0ALICE', ...more })
type Submission = Parameters<typeof submissionBody>[0]
const submit =
  (metadata: string, more: Partial<Submission> = {}) =>
  (stage: PressStage): SignedRequest =>
    stage.sign(submissionBody({ metadata, reason: 'a test', ...more }))
const submitted =
  (metadata: string, more: Partial<Submission> = {}) =>
  async (stage: PressStage): Promise<unknown> =>
    interact(submit(metadata, { view: 'V0', ...more })(stage), stage.ports)

const alone = (text: string) => ({ how: 'alone', text }) as const
const inDialog = (text: string) => ({ how: 'dialog', text }) as const
const FIRST = 'at 2026-03-01T12:00:00.000Z'
const NO_WORKSPACE = 'No permission covers this Slack app and workspace.'
const mayNot = (title: string) => `You may not press \`${title}\` here. No permission in the rules allows it.`
const EXPIRED = 'This button has expired. Nothing was done.'
const CHANGED = 'There is more to this incident now than when this was shown. Nothing was done; please look at it again.'
const UNKNOWN = 'This button is not known; it may be too old.'
const SEEMS = 'This button is not what it seems to be. Nothing was done.'

export const PRESSES: readonly PressCase[] = [
  // What is not Slack's
  {
    press: 'signed with another secret',
    outcome: 'forged',
    status: 401,
    line: 'forged',
    request: () => sign(pressBody(button('isolate')), { secret: 'another secret', nowMs: NOW }),
  },
  {
    press: 'with the signature of another body',
    outcome: 'forged',
    status: 401,
    line: 'forged',
    request: (stage) => ({ ...press('acknowledge')(stage), rawBody: pressBody(button('isolate')) }),
  },
  {
    press: 'without a signature',
    outcome: 'forged',
    status: 401,
    line: 'forged',
    request: (stage) => ({ ...press('isolate')(stage), signature: undefined }),
  },
  {
    press: 'signed more than five minutes ago',
    outcome: 'stale',
    status: 401,
    line: 'stale',
    request: () => sign(pressBody(button('isolate')), { secret: SECRET, nowMs: NOW - 301_000 }),
  },
  {
    press: 'signed more than five minutes ahead',
    outcome: 'stale',
    status: 401,
    line: 'stale',
    request: () => sign(pressBody(button('isolate')), { secret: SECRET, nowMs: NOW + 301_000 }),
  },
  {
    press: 'of more than 1 MiB',
    outcome: 'too_large',
    status: 413,
    line: 'too_large',
    request: (stage) => stage.sign(`${pressBody(button('isolate'))}&x=${'x'.repeat(1024 * 1024)}`),
  },
  {
    press: 'that is not JSON',
    outcome: 'invalid_input',
    status: 400,
    line: 'interaction: payload: expected a form field with JSON',
    request: (stage) => stage.sign('payload=%7B'),
  },
  {
    press: 'that is no form',
    outcome: 'invalid_input',
    status: 400,
    line: 'interaction: content type: expected application/x-www-form-urlencoded',
    request: (stage) => ({ ...stage.sign('{"type":"block_actions"}'), contentType: 'application/json' }),
  },
  {
    press: 'of another shape',
    outcome: 'invalid_input',
    status: 400,
    line: /^interaction: .*→ at api_app_id/,
    request: (stage) => stage.sign(`payload=${encodeURIComponent('{"type":"block_actions"}')}`),
  },
  {
    press: 'by an id that Slack does not make',
    outcome: 'invalid_input',
    status: 400,
    line: 'interaction: ✖ expected a Slack id → at user.id',
    request: press('isolate', { user: '<!channel>' }),
  },
  {
    press: 'of no workspace',
    outcome: 'invalid_input',
    status: 400,
    line: 'interaction: team: expected a workspace, or one in user.team_id',
    request: press('isolate', { more: { team: null, user: { id: 'U0ALICE', name: 'alice' } } }),
  },
  {
    press: 'by an app that is installed for a whole organization, which is given no workspace but the user’s own',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    request: press('isolate', { more: { team: null, enterprise: { id: 'E0ORG' }, is_enterprise_install: true } }),
  },
  {
    press: 'by the same app, in another workspace of the organization',
    outcome: 'wrong_workspace',
    told: alone(NO_WORKSPACE),
    line: 'wrong_workspace',
    request: press('isolate', { more: { team: null, user: { id: 'U0ALICE', name: 'alice', team_id: 'T0OTHER' } } }),
  },
  {
    press: 'of another kind, such as a shortcut',
    outcome: 'ignored',
    request: (stage) => stage.sign(`payload=${encodeURIComponent('{"type":"shortcut"}')}`),
  },
  {
    press: 'a dialog that was closed',
    outcome: 'ignored',
    request: (stage) => stage.sign(`payload=${encodeURIComponent('{"type":"view_closed"}')}`),
  },

  // Who, and where
  {
    press: 'by an app that no permission names',
    outcome: 'wrong_workspace',
    told: alone(NO_WORKSPACE),
    line: 'wrong_workspace',
    request: press('isolate', { app: 'A0OTHER' }),
  },
  {
    press: 'in another workspace',
    outcome: 'wrong_workspace',
    told: alone(NO_WORKSPACE),
    line: 'wrong_workspace',
    request: press('isolate', { workspace: 'T0OTHER' }),
  },
  {
    press: 'in another channel',
    outcome: 'not_permitted',
    told: alone(mayNot('Approve: Isolate')),
    line: 'not_permitted',
    request: press('isolate', { channel: 'C0OTHER' }),
  },
  {
    press: 'by somebody who may not',
    outcome: 'not_permitted',
    told: alone(mayNot('Approve: Isolate')),
    line: 'not_permitted',
    request: press('isolate', { user: 'U0MALLORY' }),
  },
  {
    press: 'by somebody who may not, again within a minute',
    outcome: 'not_permitted',
    told: alone(mayNot('Approve: Isolate')),
    line: 'not_permitted',
    again: true,
    before: pressed('isolate', { user: 'U0MALLORY' }),
    request: press('isolate', { user: 'U0MALLORY' }),
  },
  {
    press: 'by somebody who has only the name of one who may',
    outcome: 'not_permitted',
    told: alone(mayNot('Approve: Isolate')),
    line: 'not_permitted',
    request: press('isolate', { user: 'U0EVE', more: { user: { id: 'U0EVE', username: 'U0ALICE', name: 'alice' } } }),
  },
  {
    press: 'by a member of a user group that may',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    request: press('isolate', { user: 'U0CAROL' }),
  },
  {
    press: 'by somebody who has left the user group',
    outcome: 'not_permitted',
    told: alone(mayNot('Approve: Isolate')),
    line: 'not_permitted',
    request: press('isolate', { user: 'U0DAVE' }),
  },
  {
    press: 'by a member of whose group nothing was heard for an hour',
    outcome: 'not_permitted',
    told: alone(mayNot('Acknowledge')),
    line: 'not_permitted',
    before: async (stage) => {
      stage.time.nowMs += 3600_001
      await stage.offer('acknowledge', {})
    },
    request: press('acknowledge', { user: 'U0CAROL' }),
  },
  {
    press: 'by somebody who was not in the group when it was last read',
    outcome: 'not_permitted',
    told: alone(mayNot('Acknowledge')),
    line: 'not_permitted',
    before: ({ ports }) => keepMembers(ports.store, 'S0ONCALL', [], NOW - 1000),
    request: press('acknowledge', { user: 'U0CAROL' }),
  },
  {
    press: 'to delete, by somebody who may not',
    outcome: 'not_permitted',
    told: inDialog(mayNot('Delete')),
    line: 'not_permitted',
    request: press('delete', { user: 'U0MALLORY' }),
  },
  {
    press: 'to delete, in another channel: no dialog is opened',
    outcome: 'not_permitted',
    told: alone(mayNot('Delete')),
    line: 'not_permitted',
    request: press('delete', { channel: 'C0OTHER' }),
  },
  {
    press: 'to delete, by somebody who has left the user group',
    outcome: 'not_permitted',
    told: inDialog(mayNot('Delete')),
    line: 'not_permitted',
    request: press('delete', { user: 'U0DAVE' }),
  },

  // Which button
  {
    press: 'with a nonce that was never given',
    outcome: 'unknown_button',
    told: alone(UNKNOWN),
    line: 'unknown_button',
    request: press('isolate', { value: 'never-given-never-given' }),
  },
  {
    press: 'with a nonce that is none',
    outcome: 'unknown_button',
    told: alone(UNKNOWN),
    line: 'unknown_button',
    request: press('isolate', { value: '../../incident#open' }),
  },
  {
    press: 'without a nonce',
    outcome: 'unknown_button',
    told: alone(UNKNOWN),
    line: 'unknown_button',
    request: press('isolate', { value: '' }),
  },
  {
    press: 'a button to acknowledge that says it deletes',
    outcome: 'wrong_button',
    told: inDialog(SEEMS),
    line: 'wrong_button',
    request: press('acknowledge', { action: 'delete' }),
  },
  {
    press: 'a button to delete that says it acknowledges',
    outcome: 'wrong_button',
    told: alone(SEEMS),
    line: 'wrong_button',
    request: press('delete', { action: 'acknowledge' }),
  },
  {
    press: 'a button to delete that says it acknowledges, by somebody who may only that',
    outcome: 'not_permitted',
    told: alone(mayNot('Delete')),
    line: 'not_permitted',
    request: press('delete', { action: 'acknowledge', user: 'U0MALLORY' }),
  },
  {
    press: 'a button that says nothing that is known',
    outcome: 'wrong_button',
    told: alone(SEEMS),
    line: 'wrong_button',
    request: press('isolate', { action: '__proto__' }),
  },
  {
    press: 'for a silence of a length that is not offered',
    outcome: 'no_choice',
    told: alone('For how long is not known. Nothing was done.'),
    line: 'no_choice',
    request: press('silence', { choice: '99d' }),
  },
  {
    press: 'with keys of the prototype beside it',
    outcome: 'not_permitted',
    told: alone(mayNot('Approve: Isolate')),
    line: 'not_permitted',
    request: (stage) => {
      const payload = JSON.stringify(pressPayload(button('isolate', { user: 'U0MALLORY' })))
      return stage.sign(new URLSearchParams({ payload: payload.replace('{', '{"__proto__":{"user":{"id":"U0ALICE"}},') }).toString())
    },
  },

  // When
  {
    press: 'after the button has expired',
    outcome: 'expired',
    told: alone(EXPIRED),
    line: 'expired',
    request: press('expired', { action: 'isolate' }),
  },
  {
    press: 'to delete, after the button has expired',
    outcome: 'expired',
    told: inDialog(EXPIRED),
    line: 'expired',
    request: press('expired_delete', { action: 'delete' }),
  },
  {
    press: 'on a closed incident',
    outcome: 'closed',
    told: alone('This incident is closed. Nothing was done.'),
    line: 'closed',
    request: press('of_closed', { action: 'acknowledge' }),
  },
  {
    press: 'for a silence, after something worse came to the incident',
    outcome: 'changed',
    told: alone(CHANGED),
    line: 'changed',
    before: (stage) => stage.worsen(),
    request: press('silence', { choice: '8h' }),
  },
  {
    press: 'to release, on a closed incident',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    request: press('release_of_closed', { action: 'release' }),
  },

  // The first, and the second
  { press: 'the first, by somebody who may', outcome: 'accepted', changes: true, line: 'accepted', request: press('isolate') },
  {
    press: 'the same again, by the same person',
    outcome: 'accepted',
    again: true,
    before: pressed('acknowledge'),
    line: 'accepted',
    request: press('acknowledge'),
  },
  {
    press: 'the second, by another person',
    outcome: 'already_pressed',
    told: alone(`<@U0ALICE> pressed this first, ${FIRST}.`),
    line: 'already_pressed',
    before: pressed('acknowledge'),
    request: press('acknowledge', { user: 'U0BOB' }),
  },
  {
    press: 'an approval, after somebody rejected it',
    outcome: 'already_decided',
    told: alone(`<@U0BOB> rejected this first, ${FIRST}. Nothing was done.`),
    line: 'already_decided',
    before: pressed('reject', { user: 'U0BOB' }),
    request: press('isolate'),
  },
  {
    press: 'a rejection, after somebody approved it',
    outcome: 'already_decided',
    told: alone(`<@U0BOB> approved this first, ${FIRST}. Nothing was done.`),
    line: 'already_decided',
    before: pressed('isolate', { user: 'U0BOB' }),
    request: press('reject'),
  },
  { press: 'the first of two', outcome: 'one_more', changes: true, line: 'one_more', request: press('cordon') },
  {
    press: 'the second of two, by the one who was the first',
    outcome: 'same_person',
    told: alone('It takes two people: somebody else must press this now.'),
    line: 'same_person',
    before: pressed('cordon'),
    request: press('cordon'),
  },
  {
    press: 'the second of two, by somebody else',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    before: pressed('cordon'),
    request: press('cordon', { user: 'U0BOB' }),
  },
  {
    press: 'the second of two, an hour after the first, which counts no more',
    outcome: 'one_more',
    changes: true,
    line: 'one_more',
    before: async (stage) => {
      await stage.offer('long', { action: 'cordon', expiresMs: NOW + 2 * 3600_000 })
      await pressed('long', { action: 'cordon' })(stage)
      stage.time.nowMs += 3600_000
    },
    request: press('long', { action: 'cordon', user: 'U0BOB' }),
  },
  {
    press: 'the second of two, after the first has lost the right',
    outcome: 'one_more',
    changes: true,
    line: 'one_more',
    before: async (stage) => {
      await pressed('cordon', { user: 'U0CAROL' })(stage)
      await keepMembers(stage.ports.store, 'S0ONCALL', [], NOW + 1)
    },
    request: press('cordon', { user: 'U0BOB' }),
  },
  {
    press: 'the second of two, for another silence than the first chose',
    outcome: 'other_choice',
    told: alone('<@U0ALICE> was the first, and chose 1 hour: it takes two who want the same. Nothing was done.'),
    line: 'other_choice',
    before: pressed('silence', { channel: 'C0TWO', choice: '1h' }),
    request: press('silence', { channel: 'C0TWO', choice: 'rule', user: 'U0BOB' }),
  },
  {
    press: 'the second of two, for the same silence',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    before: pressed('silence', { channel: 'C0TWO', choice: '1h' }),
    request: press('silence', { channel: 'C0TWO', choice: '1h', user: 'U0BOB' }),
  },

  // Dialogs
  { press: 'to delete: a dialog asks why', outcome: 'asked', line: 'asked', request: press('delete') },
  { press: 'a dialog sent, with a reason', outcome: 'accepted', changes: true, line: 'accepted', request: submit(mark('delete')) },
  {
    press: 'a dialog sent again',
    outcome: 'accepted',
    again: true,
    line: 'accepted',
    before: submitted(mark('delete')),
    request: submit(mark('delete')),
  },
  {
    press: 'a dialog sent without a reason',
    outcome: 'no_reason',
    told: { how: 'field', text: 'Please say why.' },
    line: 'no_reason',
    request: submit(mark('delete'), { reason: '  ' }),
  },
  {
    press: 'a dialog sent with a reason of more than 500 characters',
    outcome: 'reason_too_long',
    told: { how: 'field', text: 'Please say it in 500 characters.' },
    line: 'reason_too_long',
    request: submit(mark('delete'), { reason: 'x'.repeat(501) }),
  },
  {
    press: 'a dialog sent by another person than the one who opened it',
    outcome: 'another_person',
    told: inDialog('This dialog was opened by somebody else. Nothing was done.'),
    line: 'another_person',
    request: submit(mark('delete'), { user: 'U0BOB' }),
  },
  {
    press: 'a dialog sent by somebody who may not',
    outcome: 'not_permitted',
    told: inDialog(mayNot('Delete')),
    line: 'not_permitted',
    request: submit(mark('delete', { user: 'U0MALLORY' }), { user: 'U0MALLORY' }),
  },
  {
    press: 'a dialog sent for another channel',
    outcome: 'not_permitted',
    told: inDialog(mayNot('Delete')),
    line: 'not_permitted',
    request: submit(mark('delete', { channel: 'C0OTHER' })),
  },
  {
    press: 'a dialog sent for another button than it was opened for',
    outcome: 'wrong_button',
    told: inDialog(SEEMS),
    line: 'wrong_button',
    request: submit(mark('delete', { nonce: nonceFor('isolate') })),
  },
  {
    press: 'a dialog sent for a button that needs none',
    outcome: 'wrong_button',
    told: inDialog(SEEMS),
    line: 'wrong_button',
    request: submit(mark('isolate')),
  },
  {
    press: 'a dialog that is none of ours',
    outcome: 'unknown_button',
    told: inDialog(UNKNOWN),
    line: 'unknown_button',
    request: submit('{"nonce":'),
  },
  {
    press: 'a dialog sent after the button has expired',
    outcome: 'expired',
    told: inDialog(EXPIRED),
    line: 'expired',
    request: submit(mark('expired_delete', { action: 'delete' })),
  },
  {
    press: 'a dialog sent after somebody else sent theirs',
    outcome: 'already_pressed',
    told: inDialog(`<@U0BOB> pressed this first, ${FIRST}.`),
    line: 'already_pressed',
    before: submitted(mark('delete', { user: 'U0BOB' }), { user: 'U0BOB' }),
    request: submit(mark('delete')),
  },
  {
    press: 'a dialog for which the incident was closed meanwhile',
    outcome: 'closed',
    told: inDialog('This incident is closed. Nothing was done.'),
    line: 'closed',
    before: (stage) => stage.change('open', { status: 'closed' }),
    request: submit(mark('delete')),
  },

  {
    press: 'a dialog to delete by hand, where a response has come to ask two people for that',
    outcome: 'one_more',
    changes: true,
    line: 'one_more',
    before: (stage) => stage.plan('plan-2', { action: 'delete', people: 2 }),
    request: submit(mark('delete')),
  },
  {
    press: 'a dialog that closes an incident to which something worse has come since',
    outcome: 'changed',
    told: inDialog(CHANGED),
    line: 'changed',
    before: (stage) => stage.worsen(),
    request: submit(mark('not_a_threat', { shown: SHOWN })),
  },
  {
    press: 'a dialog that closes an incident, and does not say what was shown of it',
    outcome: 'changed',
    told: inDialog(CHANGED),
    line: 'changed',
    request: submit(mark('not_a_threat')),
  },
  {
    press: 'a dialog that closes an incident',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    request: submit(mark('not_a_threat', { shown: SHOWN })),
  },
  {
    press: 'a dialog that closes an incident, with a silence, by somebody who may not silence',
    outcome: 'not_permitted',
    told: inDialog(mayNot('Silence')),
    line: 'not_permitted',
    request: submit(mark('not_a_threat', { shown: SHOWN, channel: 'C0CLOSE' }), { choice: '8h' }),
  },
  {
    press: 'a dialog that closes an incident, with a silence, where that takes two',
    outcome: 'two_to_silence',
    told: inDialog('To keep it quiet takes two people here. Nothing was done; it can be closed without, and silenced by the menu.'),
    line: 'two_to_silence',
    request: submit(mark('not_a_threat', { shown: SHOWN, channel: 'C0TWO' }), { choice: '8h' }),
  },
  {
    press: 'the second of two such dialogs, with another silence than the first',
    outcome: 'other_choice',
    told: inDialog('<@U0BOB> was the first, and chose no silence: it takes two who want the same. Nothing was done.'),
    line: 'other_choice',
    before: submitted(mark('not_a_threat', { shown: SHOWN, channel: 'C0BOTH', user: 'U0BOB' }), { user: 'U0BOB', choice: 'none' }),
    request: submit(mark('not_a_threat', { shown: SHOWN, channel: 'C0BOTH' }), { choice: '7d' }),
  },

  // Ways in
  {
    press: 'whose body the gateway passes on in base64',
    outcome: 'accepted',
    changes: true,
    line: 'accepted',
    request: (stage) => {
      const { rawBody, timestamp = '', signature = '' } = press('acknowledge')(stage)
      const headers = {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature,
        'content-type': 'application/x-www-form-urlencoded',
      }
      return signedRequest(httpEvent(rawBody, headers, true))
    },
  },
]
