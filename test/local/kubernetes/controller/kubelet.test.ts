import { describe, expect, test } from 'vitest'
import { MERGE, PODS, pod, startApi } from '../start.ts'

const NODES = '/api/v1/nodes'

describe('a pod', () => {
  test('runs at once, with the state that a kubelet reports', async () => {
    const { send } = await startApi()
    const created = await send('POST', PODS, { ...pod('web'), status: { phase: 'Failed', podIP: '1.2.3.4' } })
    expect(created.body).toMatchObject({ status: { phase: 'Pending' } })
    const { spec, status } = (await send('GET', `${PODS}/web`)).body
    expect(spec).toMatchObject({ nodeName: 'node-a', serviceAccountName: 'default' })
    expect(status).toMatchObject({
      phase: 'Running',
      podIP: expect.stringMatching(/^10\.244\.\d+\.\d+$/),
      startTime: '2026-01-02T03:04:05Z',
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
      containerStatuses: [
        {
          name: 'app',
          image: 'nginx:1.27',
          ready: true,
          started: true,
          restartCount: 0,
          containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
        },
      ],
    })
  })

  test('goes to the nodes in turn, but not to a cordoned one', async () => {
    const { send } = await startApi()
    const nodeOf = async (name: string) => {
      await send('POST', PODS, pod(name))
      return (await send('GET', `${PODS}/${name}`)).body.spec.nodeName
    }
    expect([await nodeOf('a'), await nodeOf('b'), await nodeOf('c')]).toEqual(['node-a', 'node-b', 'node-a'])
    await send('PATCH', `${NODES}/node-a`, { spec: { unschedulable: true } }, MERGE)
    expect([await nodeOf('d'), await nodeOf('e')]).toEqual(['node-b', 'node-b'])
  })

  test('waits while no node takes it', async () => {
    const { send } = await startApi({ nodes: [] })
    const phase = async () => (await send('GET', `${PODS}/web`)).body.status.phase
    await send('POST', PODS, pod('web'))
    expect(await phase()).toBe('Pending')
    await send('POST', NODES, { metadata: { name: 'late' } })
    expect(await phase()).toBe('Running')
  })

  test('with a finalizer stays, ending, until that is taken off', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web', { finalizers: ['creance.dev/evidence'] }))
    await send('DELETE', `${PODS}/web`, { gracePeriodSeconds: 30 })
    const { body } = await send('GET', `${PODS}/web`)
    expect(body.metadata.deletionTimestamp).toBe('2026-01-02T03:04:35Z')
    await send('PATCH', `${PODS}/web`, { metadata: { finalizers: null } }, MERGE)
    expect(await send('GET', `${PODS}/web`)).toMatchObject({ status: 404 })
  })
})
