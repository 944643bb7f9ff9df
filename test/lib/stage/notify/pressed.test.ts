import { expect, test } from 'vitest'
import { incidentPartition } from '../../../../lib/incident/incident.ts'
import { parseData } from '../../../../lib/port/store.ts'
import { setDue } from '../../../../lib/stage/due.ts'
import { noticeMessage } from '../../../../lib/stage/messages.ts'
import { MessageState } from '../../../../lib/stage/notify/hold.ts'
import { CHANNEL, lost, MINUTE, type NotifyStage, notifyStage, route } from './stage.ts'

// The buttons are taken away from a message by a press, and not by notify: what it shows is then another thing than notify has written down.
const routes = [route(), route({ name: 'team', slack: { channel: 'C0TEAM' } })]
const BUTTONLESS = { text: 'x', color: '#000000', blocks: [] }

async function replaced(): Promise<{ readonly stage: NotifyStage; readonly id: string; readonly whole: unknown }> {
  const stage = notifyStage({ routes })
  const { id } = await stage.see('web-1', 3, { routes: ['all', 'team'] })
  await stage.notice(id)
  await stage.settle()
  const at = stage.chat.messages.findIndex(({ channel }) => channel === CHANNEL)
  const one = stage.chat.messages[at] ?? expect.fail('there is no message')
  const whole = one.message
  stage.chat.messages[at] = { ...one, message: BUTTONLESS }
  stage.calls.length = 0
  return { stage, id, whole }
}
const shownIn = (stage: NotifyStage, channel: string) => stage.chat.messages.find((one) => one.channel === channel)?.message
const updates = (stage: NotifyStage) => stage.calls.filter((call) => call.startsWith('update'))

test('after a press the message is shown whole again, though notify had shown all that already', async () => {
  const { stage, id, whole } = await replaced()
  await stage.send(noticeMessage(id, 'pressed-n', CHANNEL))
  await stage.settle()
  expect(shownIn(stage, CHANNEL)).toEqual(whole)
  expect(updates(stage)).toEqual([`update ${CHANNEL}`])
})

test('a notice of something else edits nothing that is shown', async () => {
  const { stage, id } = await replaced()
  await stage.notice(id)
  await stage.settle()
  expect(updates(stage)).toEqual([])
})

test('also where Slack does not answer for longer than the queue has patience', async () => {
  const { stage, id, whole } = await replaced()
  let isDown = true
  stage.disturb.by = (call) => (isDown && call === 'update' ? lost() : undefined)
  await stage.send(noticeMessage(id, 'pressed-n', CHANNEL))
  for (let round = 0; round < 8; round++) await stage.step()
  isDown = false
  await stage.pass(5 * MINUTE)
  expect(shownIn(stage, CHANNEL)).toEqual(whole)
})

test('also where the table failed for that long, once it could be written down', async () => {
  const { stage, id, whole } = await replaced()
  await stage.send(noticeMessage(id, 'pressed-n', CHANNEL))
  stage.disturb.by = () => lost()
  await stage.step()
  const items = await stage.store.query(incidentPartition(id), { from: 'message#', to: 'message#~' })
  const known = items.map((item) => parseData(MessageState, item)).filter(({ posted }) => posted?.channel === CHANNEL)
  expect(known).toMatchObject([{ posted: { channel: CHANNEL } }])
  expect(known[0]).not.toHaveProperty('shown')
  stage.disturb.by = () => undefined
  await setDue(stage.store, stage.time.nowMs, 'tell-x', { do: 'tell', incident: id })
  await stage.pass(2 * MINUTE)
  expect(shownIn(stage, CHANNEL)).toEqual(whole)
})
