import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { listenOn } from '../../forwarder/http/listen.ts'
import { alertsOn } from '../../local/demo/alerts.ts'
import { deployWorkloads } from '../../local/demo/workload.ts'
import { incidentPages } from '../../local/incident-pages.ts'
import { nonceOf, type TestChain, testChain } from '../support/chain.ts'
import { demoRules } from '../support/rules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A chain whose incidents are served as pages at `url`, as `creance local` serves them. */
export type ServedChain = { readonly chain: TestChain; readonly url: string; readonly stop: () => Promise<void> }

const recording = (name: string) => new URL(`../../local/demo/alerts/${name}.jsonl`, import.meta.url)

/** The stages with the demo's rules, and the page over what they write. */
export async function serveChain(): Promise<ServedChain> {
  const folder = temporaryFolder()
  const chain = await testChain([demoRules(folder.path)])
  const server = createServer()
  const url = await listenOn(server, { host: '127.0.0.1', port: 0 }, 'the page', '')
  const { store, log, clock } = chain.ports
  const { app } = incidentPages({ baseUrl: url, data: folder.path, isForPlay: true }, { store, log, clock })
  server.on('request', getRequestListener(app.fetch))
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await chain.stop()
    folder.remove()
  }
  return { chain, url, stop }
}

/** The story of the demo, through the real stages: a shell and a credential read, asked for and refused, isolated and released; and a worse incident, contained
 *  without asking. Returns the ids of the two incidents. */
export async function playStory(chain: TestChain): Promise<{ readonly shell: string; readonly netcat: string }> {
  const { nginx, payments } = await deployWorkloads(chain.cluster)
  await chain.send(alertsOn(nginx, recording('shell-then-shadow')))
  await chain.settle()
  const [first] = await chain.incidents()
  const shell = first?.incident.id ?? ''
  for (const [action, user] of [
    ['isolate', 'U0MALLORY'],
    ['isolate', 'U0ALICE'],
    ['release', 'U0BOB'],
  ] as const) {
    chain.time.nowMs += 45_000
    const message = chain.chat.messages.find(({ key }) => key.includes(shell))?.message
    await chain.press({ value: nonceOf(message, action), user })
    await chain.settle()
  }
  await chain.send(alertsOn(payments, recording('netcat-shell')))
  await chain.settle()
  const netcat = (await chain.incidents()).find(({ incident }) => incident.id !== shell)?.incident.id ?? ''
  return { shell, netcat }
}
