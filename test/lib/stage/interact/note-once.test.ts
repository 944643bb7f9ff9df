import { expect, test } from 'vitest'
import { CodedError } from '../../../../lib/error.ts'
import { takeInteraction } from '../../../../lib/stage/interact/take-interaction.ts'
import { interact } from '../../../../lib/stage/interact.ts'
import { nonceFor, type PressStage, pressStage } from '../presses/stage.ts'
import { press, pressLines } from './stage.ts'

function counting(stage: PressStage) {
  const count = { puts: 0, lines: 0 }
  const { store, log } = stage.ports
  const put: typeof store.put = async (item, expected) => {
    count.puts += 1
    return store.put(item, expected)
  }
  const warn = (): void => {
    count.lines += 1
  }
  return { count, ports: { ...stage.ports, store: { ...store, put }, log: { ...log, warn } } }
}

test('of five hundred forged requests within a minute one is written down, of the next minute’s another', async () => {
  const stage = await pressStage()
  const { count, ports } = counting(stage)
  const forge = async (): Promise<void> => {
    for (let at = 0; at < 500; at++) await interact({ rawBody: 'x', timestamp: '1', signature: 'v0=x' }, ports)
  }
  await forge()
  expect(count).toEqual({ puts: 1, lines: 1 })
  stage.time.nowMs += 60_000
  await forge()
  expect(count).toEqual({ puts: 2, lines: 2 })
  expect(stage.lines().map(({ why }) => why)).toEqual(['forged', 'forged'])
})

test('one that could not be written is tried again with the next', async () => {
  const stage = await pressStage()
  const { store } = stage.ports
  let isDown = true
  const put: typeof store.put = (item, expected) =>
    isDown ? Promise.reject(new CodedError('unavailable', 'gone')) : store.put(item, expected)
  const ports = { ...stage.ports, store: { ...store, put } }
  const forge = () => interact({ rawBody: 'x', timestamp: '1', signature: 'v0=x' }, ports)
  await expect(forge()).rejects.toThrow('gone')
  isDown = false
  expect(await forge()).toMatchObject({ outcome: 'forged' })
  expect(stage.lines()).toHaveLength(1)
})

test('what Slack signed and cannot be read has one line a minute, over a socket too', async () => {
  const stage = await pressStage()
  const { count, ports } = counting(stage)
  for (const body of ['payload=%7B', 'x=1', 'payload=%7B%7D', 'command=%2Fcreance'])
    expect(await interact(stage.sign(body), ports)).toMatchObject({ status: 400, outcome: 'invalid_input' })
  expect(await takeInteraction({ type: 'block_actions' }, ports)).toEqual({ outcome: 'invalid_input' })
  expect(count.puts).toBe(1)
  expect(stage.lines()).toMatchObject([{ kind: 'refused_input', outcome: 'refused', why: expect.stringContaining('JSON') }])
})

test('somebody who may not writes a line a minute of each button, however often it is pressed', async () => {
  const stage = await pressStage()
  for (let at = 0; at < 200; at++) {
    const value = at % 2 === 0 ? nonceFor('isolate') : `made-up-${at}`.padEnd(32, '0')
    await press(stage, 'isolate', { user: 'U0MALLORY', at: `${at}.1`, value })
  }
  expect(pressLines(stage)).toHaveLength(2)
  stage.time.nowMs += 60_000
  await press(stage, 'isolate', { user: 'U0MALLORY' })
  await press(stage, 'isolate', { user: 'U0EVE' })
  expect(pressLines(stage)).toHaveLength(4)
})
