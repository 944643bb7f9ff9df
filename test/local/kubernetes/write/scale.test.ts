import { describe, expect, test } from 'vitest'
import { DEPLOYMENTS, deployment, MERGE, OTHER_UID, PODS, REPLICA_SETS, startApi } from '../start.ts'

const STATEFUL_SETS = '/apis/apps/v1/namespaces/default/statefulsets'

/** A cluster with a workload `web` of this kind and two replicas, and its Scale. */
async function startScaled(path: string, kind: string) {
  const started = await startApi()
  await started.send('POST', path, { ...deployment('web'), kind })
  const { metadata } = (await started.send('GET', `${path}/web/scale`)).body
  const patch = (body: object) => started.send('PATCH', `${path}/web/scale`, body, MERGE)
  const replicas = async () => (await started.send('GET', `${path}/web`)).body.spec.replicas
  return { ...started, metadata, patch, replicas }
}

describe.each([
  { path: DEPLOYMENTS, kind: 'Deployment', plural: 'deployments', pods: 2 },
  { path: REPLICA_SETS, kind: 'ReplicaSet', plural: 'replicasets', pods: 2 },
  { path: STATEFUL_SETS, kind: 'StatefulSet', plural: 'statefulsets', pods: 0 },
])('the scale of a $kind', ({ path, kind, plural, pods }) => {
  test('goes to none at the uid and resourceVersion that were read, and so do its pods', async () => {
    const { metadata, patch, replicas, names } = await startScaled(path, kind)
    expect(await names(PODS)).toHaveLength(pods)
    const { uid, resourceVersion } = metadata
    const scaled = await patch({ metadata: { uid, resourceVersion }, spec: { replicas: 0 } })
    expect(scaled).toMatchObject({ status: 200, body: { kind: 'Scale', metadata: { name: 'web', uid } } })
    expect(scaled.body.spec).toEqual({})
    expect(await replicas()).toBe(0)
    expect(await names(PODS)).toEqual([])
  })

  test('stays at an old resourceVersion', async () => {
    const { metadata, patch, replicas } = await startScaled(path, kind)
    const why = 'the object has been modified; please apply your changes to the latest version and try again'
    expect(await patch({ metadata: { resourceVersion: '1', uid: metadata.uid }, spec: { replicas: 0 } })).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message: `Operation cannot be fulfilled on ${plural}.apps "web": ${why}`,
        details: { name: 'web', group: 'apps', kind: plural },
      },
    })
    expect(await replicas()).toBe(2)
  })

  test('stays for another uid, whatever the resourceVersion', async () => {
    const { metadata, patch, replicas } = await startScaled(path, kind)
    const why = `Precondition failed: UID in precondition: ${OTHER_UID}, UID in object meta: ${metadata.uid}`
    for (const said of [{}, { resourceVersion: metadata.resourceVersion }, { resourceVersion: '1' }]) {
      expect(await patch({ metadata: { ...said, uid: OTHER_UID }, spec: { replicas: 0 } })).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message: `Operation cannot be fulfilled on ${plural}/scale.apps "web": ${why}`,
          details: { name: 'web', group: 'apps', kind: `${plural}/scale` },
        },
      })
    }
    expect(await replicas()).toBe(2)
  })

  test('stays as it is in a trial', async () => {
    const { send, replicas } = await startScaled(path, kind)
    const tried = await send('PATCH', `${path}/web/scale?dryRun=All`, { spec: { replicas: 0 } }, MERGE)
    expect(tried).toMatchObject({ status: 200, body: { kind: 'Scale' } })
    expect(await replicas()).toBe(2)
  })

  test('is refused as the API server does', async () => {
    const { send, patch, replicas } = await startScaled(path, kind)
    expect(await patch({ spec: { replicas: -1 } })).toMatchObject({
      status: 422,
      body: {
        message: 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        details: { name: 'web', group: 'autoscaling', kind: 'Scale' },
      },
    })
    expect(await patch({ metadata: { name: 'other' }, spec: { replicas: 1 } })).toMatchObject({
      status: 400,
      body: { message: 'the name of the object (other) does not match the name on the URL (web)' },
    })
    expect(await patch({ spec: { replicas: 'x' } })).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'patch' }] } } })
    expect(await send('PUT', `${path}/web/scale`, { metadata: { name: 'web', uid: OTHER_UID }, spec: { replicas: 0 } })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('StorageError: invalid object, Code: 4'), details: { kind: plural } },
    })
    expect(await send('PATCH', `${path}/none/scale`, { spec: { replicas: 0 } }, MERGE)).toMatchObject({
      status: 404,
      body: { message: `${plural}.apps "none" not found` },
    })
    expect(await replicas()).toBe(2)
  })
})

test('a DaemonSet has no scale', async () => {
  const { send } = await startApi()
  expect(await send('GET', '/apis/apps/v1/namespaces/default/daemonsets/web/scale')).toMatchObject({
    status: 404,
    body: { message: 'the server could not find the requested resource' },
  })
})
