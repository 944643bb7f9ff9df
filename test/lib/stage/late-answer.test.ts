import { expect, test } from 'vitest'
import { takeCommand } from '../../../lib/stage/command.ts'
import { takeInteraction } from '../../../lib/stage/interact/take-interaction.ts'
import { tellLate } from '../../../lib/stage/late-answer.ts'
import { commandFields, pressPayload, submissionPayload } from '../../support/signed-press.ts'
import { nonceFor, pressStage } from './presses/stage.ts'

const mark = JSON.stringify({ nonce: nonceFor('expired_delete'), action: 'delete', channel: 'C0ALERTS', user: 'U0ALICE' })
const expired = submissionPayload({ metadata: mark, reason: 'load test' })

test('who sent a dialog in vain is told so in the channel, when the dialog is closed already', async () => {
  const stage = await pressStage()
  const taken = await takeInteraction(expired, stage.ports)
  expect(stage.told()).toEqual([])
  await tellLate(expired, taken, stage.ports)
  expect(stage.told()).toEqual([{ channel: 'C0ALERTS', user: 'U0ALICE', text: 'This button has expired. Nothing was done.' }])
})

test('a reason that is missing is asked for', async () => {
  const stage = await pressStage()
  const payload = submissionPayload({ metadata: mark.replace(nonceFor('expired_delete'), nonceFor('delete')) })
  await tellLate(payload, await takeInteraction(payload, stage.ports), stage.ports)
  expect(stage.told()).toMatchObject([{ text: 'Please say why.' }])
})

test('a command gets its answer', async () => {
  const stage = await pressStage()
  const fields = commandFields({ text: 'status' })
  await tellLate(fields, await takeCommand(fields, stage.ports), stage.ports)
  expect(stage.told()).toMatchObject([{ channel: 'C0ALERTS', user: 'U0ALICE', text: expect.stringContaining('Action is allowed') }])
})

test('what failed is told as that', async () => {
  const stage = await pressStage()
  await tellLate(pressPayload({ value: nonceFor('isolate'), action: 'isolate' }), undefined, stage.ports)
  expect(stage.told()).toMatchObject([{ channel: 'C0ALERTS', user: 'U0ALICE', text: expect.stringContaining('failed') }])
})

test('what was accepted, and what nobody can be told of, is not told', async () => {
  const stage = await pressStage()
  const accepted = submissionPayload({ metadata: mark.replace(nonceFor('expired_delete'), nonceFor('delete')), reason: 'x' })
  const taken = await takeInteraction(accepted, stage.ports)
  expect(taken.outcome).toBe('accepted')
  await tellLate(accepted, taken, stage.ports)
  for (const payload of [null, 'x', {}, { type: 'view_submission' }]) await tellLate(payload, undefined, stage.ports)
  expect(stage.told()).toEqual([])
})
