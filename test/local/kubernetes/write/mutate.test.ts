import { describe, expect, test } from 'vitest'
import { DEPLOYMENTS, deployment, JSON_PATCH, MERGE, PODS, pod, REPLICA_SETS, STRATEGIC, startApi } from '../start.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('a create', () => {
  test('has its metadata from the server', async () => {
    const { send } = await startApi()
    const forged = { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', deletionTimestamp: '2001-01-01T00:00:00Z' }
    const { status, body } = await send('POST', PODS, pod('web', forged))
    expect(status).toBe(201)
    expect(body.metadata).toEqual({
      name: 'web',
      namespace: 'default',
      uid: expect.stringMatching(UUID),
      resourceVersion: expect.stringMatching(/^\d+$/),
      creationTimestamp: '2026-01-02T03:04:05Z',
    })
  })

  test('takes nulls for absent, as kubectl sends them', async () => {
    const { send } = await startApi()
    expect(await send('POST', PODS, pod('web', { creationTimestamp: null, labels: null }))).toMatchObject({ status: 201 })
  })

  test('finds a name after generateName', async () => {
    const { send, names } = await startApi()
    for (let count = 0; count < 3; count++) await send('POST', PODS, { ...pod(''), metadata: { generateName: 'run-' } })
    const found = await names(PODS)
    expect(new Set(found).size).toBe(3)
    for (const name of found) expect(name).toMatch(/^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })

  test('as a dry run is answered and leaves nothing', async () => {
    const { send } = await startApi()
    expect(await send('POST', `${PODS}?dryRun=All`, pod('web'))).toMatchObject({ status: 201, body: { metadata: { name: 'web' } } })
    expect(await send('GET', `${PODS}/web`)).toMatchObject({ status: 404 })
  })
})

describe('a patch', () => {
  test.each([
    { type: MERGE, body: { metadata: { labels: { b: '2', a: null } } } },
    { type: STRATEGIC, body: { metadata: { labels: { b: '2', a: null } } } },
    { type: `${MERGE}; charset=utf-8`, body: { metadata: { labels: { b: '2', a: null } } } },
    {
      type: JSON_PATCH,
      body: [
        { op: 'test', path: '/metadata/labels/a', value: '1' },
        { op: 'move', from: '/metadata/labels/a', path: '/metadata/labels/b' },
        { op: 'replace', path: '/metadata/labels/b', value: '2' },
      ],
    },
  ])('of type $type changes labels', async ({ type, body }) => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web', { labels: { a: '1' } }))
    expect(await send('PATCH', `${PODS}/web`, body, type)).toMatchObject({ status: 200 })
    expect((await send('GET', `${PODS}/web`)).body.metadata.labels).toEqual({ b: '2' })
  })

  test('that takes the last label leaves no labels', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web', { labels: { a: '1' }, annotations: {} }))
    await send('PATCH', `${PODS}/web`, { metadata: { labels: { a: null } } }, MERGE)
    const { metadata } = (await send('GET', `${PODS}/web`)).body
    expect(metadata).not.toHaveProperty('labels')
    expect(metadata).not.toHaveProperty('annotations')
  })

  test('with the uid and resourceVersion that the object has goes through once', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web'))
    const { uid, resourceVersion } = (await send('GET', `${PODS}/web`)).body.metadata
    const body = (value: string) => ({ metadata: { uid, resourceVersion, labels: { a: value } } })
    const answers = [await send('PATCH', `${PODS}/web`, body('1'), MERGE), await send('PATCH', `${PODS}/web`, body('2'), MERGE)]
    expect(answers.map(({ status }) => status)).toEqual([200, 409])
    expect((await send('GET', `${PODS}/web`)).body.metadata.labels).toEqual({ a: '1' })
  })

  test('of one of many racing on the same version wins', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web'))
    const { resourceVersion } = (await send('GET', `${PODS}/web`)).body.metadata
    const race = Array.from({ length: 10 }, (_, at) =>
      send('PATCH', `${PODS}/web`, { metadata: { resourceVersion, labels: { a: `${at}` } } }, MERGE),
    )
    const codes = (await Promise.all(race)).map(({ status }) => status)
    expect(codes.filter((code) => code === 200)).toHaveLength(1)
    expect(codes.filter((code) => code === 409)).toHaveLength(9)
  })

  test('that changes nothing keeps the version', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web', { labels: { a: '1' } }))
    const { body } = await send('GET', `${PODS}/web`)
    await send('PATCH', `${PODS}/web`, { metadata: { labels: { a: '1' } } }, MERGE)
    expect((await send('GET', `${PODS}/web`)).body).toEqual(body)
  })

  test('cannot take what is the server’s', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web'))
    const { body } = await send('GET', `${PODS}/web`)
    const taken = { uid: null, creationTimestamp: '2001-01-01T00:00:00Z', deletionTimestamp: '2001-01-01T00:00:00Z', labels: { a: '1' } }
    const patched = await send('PATCH', `${PODS}/web`, { metadata: taken, status: { phase: 'Failed' } }, MERGE)
    expect(patched.body).toEqual({
      ...body,
      metadata: { ...body.metadata, labels: { a: '1' }, resourceVersion: patched.body.metadata.resourceVersion },
    })
  })

  test('of the status changes that and no spec', async () => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web'))
    const changed = { spec: { nodeName: 'elsewhere' }, status: { phase: 'Succeeded' } }
    expect(await send('PATCH', `${PODS}/web/status`, changed, MERGE)).toMatchObject({ status: 200 })
    expect((await send('GET', `${PODS}/web`)).body).toMatchObject({ spec: { nodeName: 'node-a' }, status: { phase: 'Succeeded' } })
  })
})

describe('a delete', () => {
  test.each([
    {
      name: 'a pod answers the pod, ending',
      path: PODS,
      object: pod('web'),
      body: { kind: 'Pod', metadata: { deletionTimestamp: '2026-01-02T03:04:35Z', deletionGracePeriodSeconds: 30 } },
    },
    {
      name: 'a deployment answers a Status',
      path: DEPLOYMENTS,
      object: deployment('web'),
      body: { kind: 'Status', status: 'Success', details: { name: 'web', group: 'apps', kind: 'deployments' } },
    },
  ])('of $name', async ({ path, object, body }) => {
    const { send } = await startApi()
    const { metadata } = (await send('POST', path, object)).body
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: metadata.uid } }
    expect(await send('DELETE', `${path}/web`, options)).toMatchObject({ status: 200, body })
    expect(await send('DELETE', `${path}/web`, options)).toMatchObject({ status: 404 })
  })

  test.each([
    { name: 'of the body', query: '', body: { gracePeriodSeconds: 5 }, at: '2026-01-02T03:04:10Z' },
    { name: 'of the query, without a body', query: '?gracePeriodSeconds=7', body: undefined, at: '2026-01-02T03:04:12Z' },
    { name: 'of none, when it is negative', query: '', body: { gracePeriodSeconds: -1 }, at: '2026-01-02T03:04:05Z' },
  ])('takes the grace period $name', async ({ query, body, at }) => {
    const { send } = await startApi()
    await send('POST', PODS, pod('web'))
    expect((await send('DELETE', `${PODS}/web${query}`, body)).body.metadata.deletionTimestamp).toBe(at)
  })

  test('of a ReplicaSet is undone by its Deployment, with another uid', async () => {
    const { send, names } = await startApi()
    await send('POST', DEPLOYMENTS, deployment('web'))
    const [before] = (await send('GET', REPLICA_SETS)).body.items
    await send('DELETE', `${REPLICA_SETS}/${before?.metadata.name}`)
    const [after] = (await send('GET', REPLICA_SETS)).body.items
    expect(after?.metadata.name).toBe(before?.metadata.name)
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
    expect(await names(PODS)).toHaveLength(2)
  })
})
