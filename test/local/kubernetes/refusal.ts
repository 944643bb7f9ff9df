import { expect } from 'vitest'
import { PODS, pod, startApi } from './start.ts'

/** A request to a cluster with the pod `web`, and what a kube-apiserver 1.36 answered to it. */
export type Refusal = {
  readonly name: string
  readonly request: readonly [method: string, path: string, body?: unknown, type?: string]
  readonly code: number
  readonly reason?: string
  readonly message?: string | RegExp
  readonly details?: object
}

/** The answer is that, and nothing has changed. */
export async function expectRefusal({ request, code, reason, message, details }: Refusal): Promise<void> {
  const { api, send } = await startApi()
  await send('POST', PODS, pod('web'))
  const before = await send('GET', `${PODS}/web`)
  const refused = await send(...request)
  expect(refused.status).toBe(code)
  if (refused.body.kind !== 'text') expect(refused.body).toMatchObject({ kind: 'Status', status: 'Failure', code })
  if (reason) expect(refused.body.reason).toBe(reason)
  if (message) expect(refused.body.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  if (details) expect(refused.body).toMatchObject({ details })
  expect(await send('GET', `${PODS}/web`)).toEqual(before)
  expect(api.writes().filter(({ changed }) => changed)).toHaveLength(1)
}
