import { expect, test } from 'vitest'
import { verifySignature } from '../../../lib/slack/signature.ts'
import { sign } from '../../support/signed-press.ts'

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const NOW = 1_531_420_618_000
const BODY = 'payload=%7B%22type%22%3A%22block_actions%22%7D&x=k%C3%A4se'
const signed = sign(BODY, { secret: SECRET, nowMs: NOW })

test('the example of a signature that Slack publishes is genuine', () => {
  // Source: Slack, "Verifying requests from Slack".
  const rawBody =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
  expect(verifySignature({ rawBody, timestamp: '1531420618', signature }, SECRET, NOW)).toBe('genuine')
})

test.each([
  ['as it was signed', {}, 0, 'genuine'],
  ['five minutes later', {}, 300, 'genuine'],
  ['five minutes and a second later', {}, 301, 'stale'],
  ['signed five minutes ahead', {}, -300, 'genuine'],
  ['signed further ahead', {}, -301, 'stale'],
  ['with another body', { rawBody: `${BODY}&y=1` }, 0, 'forged'],
  ['with another time', { timestamp: String(NOW / 1000 + 1) }, 0, 'forged'],
  ['with a time that is no number', { timestamp: '1e9' }, 0, 'forged'],
  ['without a time', { timestamp: undefined }, 0, 'forged'],
  ['without a signature', { signature: undefined }, 0, 'forged'],
  ['with an empty signature', { signature: '' }, 0, 'forged'],
  ['with a signature cut short', { signature: signed.signature?.slice(0, -1) }, 0, 'forged'],
  ['with a signature of multi-byte characters of the same length', { signature: 'é'.repeat(67) }, 0, 'forged'],
  ['with version v1', { signature: signed.signature?.replace('v0=', 'v1=') }, 0, 'forged'],
] as const)('%s it is %s', (_name, changes, secondsLater, expected) => {
  expect(verifySignature({ ...signed, ...changes }, SECRET, NOW + secondsLater * 1000)).toBe(expected)
})

test('signed with another secret it is forged', () => {
  expect(verifySignature(sign(BODY, { secret: 'other', nowMs: NOW }), SECRET, NOW)).toBe('forged')
})
