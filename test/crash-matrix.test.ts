import { afterAll, expect, test } from 'vitest'
import { alertsOn } from '../local/demo/alerts.ts'
import { deployWorkloads, podsOf } from '../local/demo/workload.ts'
import { breakAt, differences, type When } from './support/break-at.ts'
import { nonceOf, testChain } from './support/chain.ts'
import { demoRules } from './support/rules.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// The whole way of four alerts and a press, broken off at every single call to a port: once before the call takes effect, once after it has
// (the answer is lost). What was under way is delivered again, and in the end everything must be as if nothing had happened.
const RECORDING = (name: string) => new URL(`../local/demo/alerts/${name}.jsonl`, import.meta.url)
const folder = temporaryFolder()
const rules = demoRules(folder.path)
afterAll(() => folder.remove())

/** Plays the story with a break; returns what is left of it, without what differs from run to run (names, uids, times). */
async function play(at: number, when: When) {
  const fault = breakAt(at, when, { isArmed: false })
  const chain = await testChain([rules], { wrap: fault.wrap })
  try {
    const { nginx, payments } = await deployWorkloads(chain.cluster)
    const before = chain.api.writes().length
    fault.arm()
    await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
    await chain.send(alertsOn(payments, RECORDING('netcat-shell')))
    await chain.settle()
    // Slack does not press again by itself, but people do when they see an error.
    const press = async (action: string): Promise<void> => {
      const value = nonceOf(chain.chat.messages.find((one) => nonceOf(one.message, action) !== '')?.message, action)
      for (let tries = 0; tries < 2; tries++) {
        const answer = await chain.press({ value, at: `${tries}` }).catch(() => undefined)
        if (answer?.outcome === 'accepted') return
      }
    }
    await press('isolate')
    await chain.settle()
    const policies = await chain.cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' })
    await press('release')
    await chain.settle()
    chain.time.nowMs += 61_000
    for (let minute = 0; minute < 2; minute++) await chain.sweep().catch(() => undefined) // the schedule comes again
    await chain.settle()
    const views = await chain.incidents()
    const journals = await Promise.all(views.map(({ incident }) => chain.journalOf(incident.id)))
    const effects = chain.api
      .writes()
      .slice(before)
      .filter(({ changed }) => changed)
      .map(({ verb, kind }) => `${verb} ${kind}`)
    return {
      seen: fault.seen,
      failures: chain.failures.length,
      result: {
        incidents: views.map(({ incident }) => [incident.title, incident.status, incident.count, incident.severity]).sort(),
        outcomes: views.flatMap(({ actions }) => actions.map(({ request, outcome }) => `${request.action} ${outcome?.state}`)).sort(),
        journal: journals
          .flat()
          .map(({ kind, action, outcome }) => [kind, action, outcome].join(' '))
          .sort(),
        effects: effects.sort(),
        messages: chain.chat.messages.map(({ message: { text } }) => text.replace(/-[a-z0-9]{5,10}-[a-z0-9]{5}/g, '')).sort(),
        policies: policies.length,
        evidence: chain.evidence.kept.size,
        paymentsPods: (await podsOf(chain.cluster, 'payments')).length,
      },
    }
  } finally {
    await chain.stop()
  }
}

const undisturbed = await play(0, 'before')

test('undisturbed, each thing happens once', () => {
  expect(undisturbed.failures).toBe(0)
  expect(undisturbed.result).toMatchObject({
    incidents: [
      ['Remote shell through netcat', 'contained', 2, 5],
      ['Shell then credential read', 'open', 2, 4],
    ],
    outcomes: ['delete done', 'isolate undone', 'label done', 'release undone'],
    effects: [
      ...['create Event', 'create Event', 'create Event', 'create Event', 'create NetworkPolicy', 'delete NetworkPolicy'],
      ...['delete Pod', 'patch Pod', 'patch Pod', 'patch Pod'],
    ],
    evidence: 1, // of the pod that was deleted
    policies: 1,
    paymentsPods: 1,
  })
  expect(undisturbed.result.messages).toHaveLength(2)
})

test.each(['before', 'after'] as const)(
  'broken off %s any call, it ends the same',
  async (when) => {
    const different = await differences(play, undisturbed, when)
    expect(
      different.slice(0, 3),
      `${different.length} of ${undisturbed.seen.length} differ; undisturbed: ${JSON.stringify(undisturbed.result)}`,
    ).toEqual([])
  },
  900_000,
)
