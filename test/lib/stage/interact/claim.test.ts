import { expect, test } from 'vitest'
import { pressStage } from '../presses/stage.ts'
import { press, submit, sweepAfter } from './stage.ts'

const MESSAGE = { ts: '1.1', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x' } }, { type: 'actions' }] }
const notices = ({ sent }: Awaited<ReturnType<typeof pressStage>>) => sent.messages.map(({ body }) => JSON.parse(body))

test('where a press may have changed the message, the notice that follows says so, and the sweep’s does', async () => {
  const stage = await pressStage()
  await press(stage, 'acknowledge', { more: { message: MESSAGE } })
  expect(stage.dialog.replaced).toHaveLength(1)
  expect(notices(stage)).toEqual([{ incident: 'open', pressed: 'C0ALERTS' }])
  await sweepAfter(stage, 61_000)
  expect(notices(stage).at(-1)).toEqual({ incident: 'open', pressed: 'C0ALERTS' })
})

test('what changed no message is told as ever', async () => {
  const stage = await pressStage()
  await submit(stage, 'delete', {})
  await press(stage, 'cordon', { more: { message: MESSAGE } })
  expect(notices(stage)).toEqual([{ incident: 'open' }, { incident: 'open' }])
})

test('a press in vain sets nothing down for the sweep', async () => {
  const stage = await pressStage()
  await press(stage, 'silence', { channel: 'C0TWO', choice: '1h' })
  const due = async () => (await stage.ports.store.query('due#cluster')).length
  const before = await due()
  stage.time.nowMs += 1000
  expect(await press(stage, 'silence', { channel: 'C0TWO', choice: '8h', user: 'U0BOB' })).toMatchObject({ outcome: 'other_choice' })
  expect(await press(stage, 'silence', { channel: 'C0TWO', choice: '1h' })).toMatchObject({ outcome: 'same_person' })
  expect(await due()).toBe(before)
})
