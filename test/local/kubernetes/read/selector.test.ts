import { describe, expect, test } from 'vitest'
import { parseLabelSelector, selects } from '../../../../local/kubernetes/read/selector.ts'
import { PODS, pod, startApi } from '../start.ts'

describe('a label selector', () => {
  const labelled = { web: { app: 'web', tier: '2' }, db: { app: 'db' }, bare: undefined }

  test.each([
    { selector: '', selected: ['web', 'db', 'bare'] },
    { selector: 'app=web', selected: ['web'] },
    { selector: 'app == web', selected: ['web'] },
    { selector: 'app!=web', selected: ['db', 'bare'] },
    { selector: 'app', selected: ['web', 'db'] },
    { selector: '!tier', selected: ['db', 'bare'] },
    { selector: 'app in (web, db)', selected: ['web', 'db'] },
    { selector: 'app notin (web)', selected: ['db', 'bare'] },
    { selector: 'app=web,tier=2', selected: ['web'] },
    { selector: 'app in (web,db),!tier', selected: ['db'] },
    { selector: 'tier>1', selected: ['web'] },
    { selector: 'tier<2', selected: [] },
    { selector: 'app=', selected: [] },
    { selector: 'constructor', selected: [] },
    { selector: '!__proto__', selected: ['web', 'db', 'bare'] },
  ])('`$selector` selects $selected', ({ selector, selected }) => {
    const parsed = parseLabelSelector(selector)
    const found = Object.entries(labelled).filter(([, labels]) => 'matches' in parsed && parsed.matches(labels))
    expect(found.map(([name]) => name)).toEqual(selected)
  })

  // What a kube-apiserver 1.36 said.
  test.each([
    { selector: '=x', problem: "found '=', expected: !, identifier, or 'end of string'" },
    { selector: ',', problem: "found ',', expected: !, identifier, or 'end of string'" },
    { selector: 'a=x,', problem: "found '', expected: identifier after ','" },
    { selector: 'a b', problem: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt" },
    { selector: 'a in x', problem: "unable to parse requirement: found 'x' expected: '('" },
    { selector: 'a in (x', problem: "unable to parse requirement: found '', expected: ',' or ')'" },
    {
      selector: 'a>x',
      problem: `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    },
  ])('`$selector` is refused', ({ selector, problem }) => {
    expect(parseLabelSelector(selector)).toEqual({ problem })
  })

  test.each([
    { name: 'nothing asked', selector: {}, result: true },
    { name: 'equal labels', selector: { matchLabels: { app: 'web' } }, result: true },
    { name: 'another label', selector: { matchLabels: { app: 'web', tier: 'x' } }, result: false },
    { name: 'In', selector: { matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['web'] }] }, result: true },
    { name: 'NotIn', selector: { matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: ['web'] }] }, result: false },
    { name: 'Exists', selector: { matchExpressions: [{ key: 'none', operator: 'Exists' as const }] }, result: false },
    { name: 'DoesNotExist', selector: { matchExpressions: [{ key: 'none', operator: 'DoesNotExist' as const }] }, result: true },
  ])('of an object with $name → $result', ({ selector, result }) => {
    expect(selects(selector, { app: 'web' })).toBe(result)
  })
})

describe('a list', () => {
  async function startThree() {
    const started = await startApi()
    await started.send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
    await started.send('POST', PODS, pod('web', { labels: { app: 'web' } }))
    await started.send('POST', PODS, pod('db', { labels: { app: 'db' } }))
    await started.send('POST', '/api/v1/namespaces/shop/pods', pod('web', { namespace: 'shop', labels: { app: 'web' } }))
    return started
  }

  test.each([
    { path: '/api/v1/pods', found: ['db', 'web', 'web'] },
    { path: `${PODS}?limit=1`, found: ['db', 'web'] },
    { path: '/api/v1/namespaces/none/pods', found: [] },
    { path: '/api/v1/pods?labelSelector=app%20in%20(web)', found: ['web', 'web'] },
    { path: '/api/v1/pods?fieldSelector=metadata.name=web,metadata.namespace=shop', found: ['web'] },
    { path: '/api/v1/pods?fieldSelector=metadata.name!=web', found: ['db'] },
    { path: '/api/v1/pods?fieldSelector=spec.nodeName=node-a', found: ['web', 'web'] },
    { path: '/api/v1/pods?fieldSelector=status.phase==Running&labelSelector=app!=web', found: ['db'] },
    { path: '/api/v1/pods?fieldSelector=spec.hostNetwork=false', found: ['db', 'web', 'web'] },
    { path: '/api/v1/nodes?fieldSelector=spec.unschedulable=true', found: [] },
  ])('$path → $found', async ({ path, found }) => {
    const { names } = await startThree()
    expect(await names(path)).toEqual(found)
  })

  test('has the version to watch from, and items without kind or apiVersion', async () => {
    const { send } = await startThree()
    const { body } = await send('GET', PODS)
    expect(body).toMatchObject({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: expect.stringMatching(/^\d+$/) } })
    expect(body.items[0]).not.toHaveProperty('kind')
    expect(body.items[0]).not.toHaveProperty('apiVersion')
  })

  test.each([
    { query: 'fieldSelector=spec.nope=x', message: 'field label not supported: spec.nope' },
    { query: 'fieldSelector=metadata.name', message: "invalid selector: 'metadata.name'; can't understand 'metadata.name'" },
    { query: 'fieldSelector=constructor=x', message: 'field label not supported: constructor' },
    { query: 'labelSelector==x', message: "found '=', expected: !, identifier, or 'end of string'" },
  ])('with $query is a bad request', async ({ query, message }) => {
    const { send } = await startApi()
    expect(await send('GET', `${PODS}?${query}`)).toMatchObject({ status: 400, body: { reason: 'BadRequest', message } })
  })
})
