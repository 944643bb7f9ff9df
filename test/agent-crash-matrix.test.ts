import { afterAll, expect, test } from 'vitest'
import { alertsOn } from '../local/demo/alerts.ts'
import { deployWorkloads, podsOf } from '../local/demo/workload.ts'
import { agentChain } from './support/agent-chain.ts'
import { breakAt, differences, type When } from './support/break-at.ts'
import { nonceOf } from './support/chain.ts'
import { demoRules } from './support/rules.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// From a press to its isolation and its release by an agent, broken off at every single call to a port on both sides, before and after its effect. What was under way
// is delivered again, the sweep comes by, and in the end everything must be as if nothing had happened.
const RECORDING = new URL('../local/demo/alerts/shell-then-shadow.jsonl', import.meta.url)
const folder = temporaryFolder()
const rules = demoRules(folder.path)
afterAll(() => folder.remove())

async function play(at: number, when: When) {
  const { wrap, seen, arm } = breakAt(at, when, { isArmed: false })
  const chain = await agentChain([rules], { wrapEach: wrap })
  try {
    const { nginx } = await deployWorkloads(chain.cluster)
    await chain.send(alertsOn(nginx, RECORDING))
    await chain.settle()
    const before = chain.api.writes().length
    const press = (action: string) => chain.press({ value: nonceOf(chain.chat.messages[0]?.message, action), at: action })
    // One that is away for a moment, and is back with the next minute
    const minute = async () => {
      chain.time.nowMs += 60_000
      await chain.sweep().catch(() => undefined)
      await chain.settle()
    }
    await press('isolate')
    arm()
    await chain.settle()
    for (let count = 0; count < 3; count++) await minute()
    arm(false)
    const [contained] = await chain.incidents()
    await press('release')
    arm()
    await chain.settle()
    for (let count = 0; count < 3; count++) await minute()
    const [view] = await chain.incidents()
    const journal = await chain.journalOf(view?.incident.id ?? '')
    const effects = chain.api
      .writes()
      .slice(before)
      .filter(({ changed, kind }) => changed && kind !== 'Event')
    return {
      seen,
      result: {
        was: contained?.incident.status,
        is: view?.incident.status,
        outcomes: view?.actions.map(({ request, outcome }) => `${request.action} ${outcome?.state}`).sort(),
        journal: journal.map(({ kind, action, outcome }) => [kind, action, outcome].join(' ')).sort(),
        effects: effects.map(({ verb, kind }) => `${verb} ${kind}`).sort(),
        pods: (await podsOf(chain.cluster, 'nginx')).length,
        messages: chain.chat.messages.length,
      },
    }
  } finally {
    await chain.stop()
  }
}

const undisturbed = await play(0, 'before')

test('undisturbed, each thing happens once', () => {
  expect(undisturbed.result).toMatchObject({
    was: 'contained',
    is: 'open',
    outcomes: ['isolate undone', 'release undone'],
    effects: ['create NetworkPolicy', 'delete NetworkPolicy', 'patch Pod', 'patch Pod'],
    pods: 1,
    messages: 1,
  })
  expect(undisturbed.seen.length).toBeGreaterThan(80)
})

test.each(['before', 'after'] as const)(
  'broken off %s any call, it ends the same',
  async (when) => {
    const different = await differences(play, undisturbed, when)
    expect(
      different.slice(0, 3),
      `${different.length} of ${undisturbed.seen.length} differ: ${JSON.stringify(undisturbed.result)}`,
    ).toEqual([])
  },
  900_000,
)
