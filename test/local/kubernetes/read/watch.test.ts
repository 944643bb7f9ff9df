import { describe, expect, test } from 'vitest'
import { type Body, DEPLOYMENTS, deployment, MERGE, PODS, pod, startApi } from '../start.ts'

type Event = { readonly type: string; readonly object: Body }

/** The events of a watch until there are enough; the watch is open already. */
async function events(watching: Response, isEnough: (seen: readonly Event[]) => boolean): Promise<readonly Event[]> {
  const seen: Event[] = []
  let text = ''
  for await (const chunk of watching.body ?? []) {
    text += Buffer.from(chunk).toString()
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    seen.push(...lines.map((line) => JSON.parse(line) as Event))
    if (isEnough(seen)) break
  }
  return seen
}

const count = (enough: number) => (seen: readonly Event[]) => seen.length >= enough
const told = (seen: readonly Event[]) => seen.map(({ type, object }) => `${type} ${object.metadata.name}`)

describe('a watch', () => {
  test('after a list has what happened since, in order, and nothing from before', async () => {
    const { api, send } = await startApi()
    await send('POST', PODS, pod('before'))
    const { metadata } = (await send('GET', PODS)).body
    await send('POST', PODS, pod('web'))
    await send('DELETE', `${PODS}/web`)
    const seen = await events(await fetch(`${api.url}${PODS}?watch=true&resourceVersion=${metadata.resourceVersion}`), count(4))
    expect(told(seen)).toEqual(['ADDED web', 'MODIFIED web', 'MODIFIED web', 'DELETED web'])
    expect(seen[2]?.object.metadata.deletionTimestamp).toBe('2026-01-02T03:04:35Z')
    const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion))
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
  })

  test('without a version begins with what there is, then follows', async () => {
    const { api, send } = await startApi()
    await send('POST', PODS, pod('first'))
    const watching = await fetch(`${api.url}/api/v1/pods?watch=1`)
    await send('POST', PODS, pod('second'))
    expect(told(await events(watching, count(3)))).toEqual(['ADDED first', 'ADDED second', 'MODIFIED second'])
  })

  test('sees only what its selectors match, and sees it come and go', async () => {
    const { api, send } = await startApi()
    const { metadata } = (await send('GET', PODS)).body
    await send('POST', PODS, pod('web'))
    await send('POST', PODS, pod('other', { labels: { isolated: 'yes' } }))
    await send('PATCH', `${PODS}/web`, { metadata: { labels: { isolated: 'yes' } } }, MERGE)
    await send('PATCH', `${PODS}/web`, { metadata: { labels: { isolated: null } } }, MERGE)
    const query = `labelSelector=isolated&fieldSelector=metadata.name%3Dweb&resourceVersion=${metadata.resourceVersion}`
    expect(told(await events(await fetch(`${api.url}${PODS}?watch=true&${query}`), count(2)))).toEqual(['ADDED web', 'DELETED web'])
  })

  test('marks the end of what there was, where that is asked for', async () => {
    const { api, send } = await startApi()
    await send('POST', PODS, pod('web'))
    const seen = await events(await fetch(`${api.url}${PODS}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`), count(2))
    expect(seen[1]).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'Pod', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
  })

  test('ends by its time-out', async () => {
    const { api, send } = await startApi()
    const response = await fetch(`${api.url}${PODS}?watch=true&timeoutSeconds=1`)
    await send('POST', PODS, pod('web'))
    expect((await response.text()).trim().split('\n')).toHaveLength(2)
    await send('POST', PODS, pod('later'))
  })

  test('sees what the controllers do', async () => {
    const { api, send } = await startApi()
    const watching = await fetch(`${api.url}/apis/apps/v1/replicasets?watch=true`)
    await send('POST', DEPLOYMENTS, deployment('web'))
    const seen = await events(watching, (all) => all.at(-1)?.object.status.readyReplicas === 2)
    expect(told(seen)[0]).toMatch(/^ADDED web-/)
  })

  test.each([
    { name: 'a version of another cluster', version: '99999', code: 410, reason: 'Expired' },
    { name: 'a version that is none', version: 'abc', code: 500, reason: undefined },
  ])('from $name is refused', async ({ version, code, reason }) => {
    const { send } = await startApi()
    const refused = await send('GET', `${PODS}?watch=true&resourceVersion=${version}`)
    expect(refused.status).toBe(code)
    expect(refused.body.reason).toBe(reason)
  })
})
