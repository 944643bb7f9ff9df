import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type AwsCredentials, eksToken, eksTokens } from '../../../lib/adapter/eks-token.ts'

type Facts = {
  readonly time: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly tokens: readonly { region: string; cluster: string; withSession: boolean; url: string; token: string }[]
}
const FACTS: Facts = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/eks/get-token.json'), 'utf8'))
const { accessKeyId, secretAccessKey, sessionToken } = FACTS
const TIME = Date.parse(FACTS.time)
const MINUTE = 60_000
const CLUSTER = { name: 'prod-eks', region: 'eu-central-1' }
const urlIn = (token: string) => new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString())

describe.each(FACTS.tokens)('for $cluster in $region, with a session: $withSession', ({ region, cluster, withSession, url, token }) => {
  const credentials = withSession ? { accessKeyId, secretAccessKey, sessionToken } : { accessKeyId, secretAccessKey }

  test('the token is the one that AWS’s own tool makes', async () => {
    const made = await eksToken({ name: cluster, region }, credentials, TIME)
    expect(urlIn(made).href).toBe(url)
    expect(made).toBe(token)
  })

  test('the token keeps the rules of the server that takes it', async () => {
    const made = await eksToken({ name: cluster, region }, credentials, TIME)
    expect(made.length).toBeLessThanOrEqual(4096)
    expect(made).toMatch(/^k8s-aws-v1\.[\w-]+$/)
    const { protocol, host, pathname, searchParams, hash, username } = urlIn(made)
    expect([protocol, pathname, hash, username]).toEqual(['https:', '/', '', ''])
    expect(host).toMatch(region.startsWith('cn-') ? /^sts\.cn-north-1\.amazonaws\.com\.cn$/ : /^sts\.[a-z0-9-]+\.amazonaws\.com$/)
    const known =
      'action version x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-security-token x-amz-signature x-amz-signedheaders'
    const names = [...searchParams.keys()].map((name) => name.toLowerCase())
    expect(names.filter((name) => !known.split(' ').includes(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    expect(searchParams.get('Action')).toBe('GetCallerIdentity')
    expect(searchParams.get('X-Amz-SignedHeaders')?.split(';')).toContain('x-k8s-aws-id')
    expect(searchParams.get('X-Amz-Expires')).toBe('60')
    expect(searchParams.get('X-Amz-Security-Token')).toBe(withSession ? sessionToken : null)
  })
})

test('a token that no server would take is not made', async () => {
  const credentials = { accessKeyId, secretAccessKey, sessionToken: 'x'.repeat(3000) }
  await expect(eksToken(CLUSTER, credentials, TIME)).rejects.toMatchObject({ code: 'invalid_config' })
})

describe('the token of the moment', () => {
  const tokensBy = (credentials: () => AwsCredentials) => {
    const state = { nowMs: TIME, asked: 0 }
    const load = async () => {
      state.asked += 1
      return credentials()
    }
    return { state, get: eksTokens(CLUSTER, load, () => state.nowMs) }
  }
  const dateOf = (token: string) => urlIn(token).searchParams.get('X-Amz-Date')

  test('is the same for 14 minutes', async () => {
    const { state, get } = tokensBy(() => ({ accessKeyId, secretAccessKey }))
    const [first, second] = await Promise.all([get(), get()])
    state.nowMs = TIME + 14 * MINUTE - 1
    expect([second, await get()]).toEqual([first, first])
    expect(state.asked).toBe(1)
    state.nowMs = TIME + 14 * MINUTE
    expect(dateOf(await get())).toBe('20261124T204405Z')
    expect(state.asked).toBe(2)
  })

  test('is another a minute before the session that signed it ends', async () => {
    const { state, get } = tokensBy(() => ({ accessKeyId, secretAccessKey, expiration: new Date(TIME + 5 * MINUTE) }))
    const first = await get()
    state.nowMs = TIME + 4 * MINUTE - 1
    expect(await get()).toBe(first)
    state.nowMs = TIME + 4 * MINUTE
    expect(dateOf(await get())).toBe('20261124T203405Z')
  })

  test('is asked for again where credentials were not to be had', async () => {
    let fails = true
    const { get } = tokensBy(() => {
      if (fails) throw new Error('no credentials')
      return { accessKeyId, secretAccessKey }
    })
    await expect(get()).rejects.toThrow('no credentials')
    fails = false
    expect(dateOf(await get())).toBe('20261124T203005Z')
  })
})
