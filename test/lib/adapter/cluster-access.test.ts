import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AwsAccess } from '../../../lib/adapter/aws-access.ts'
import { clustersOf } from '../../../lib/adapter/cluster-access.ts'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'
import { ClusterItem } from '../../../lib/cluster/cluster.ts'
import { CodedError } from '../../../lib/error.ts'
import type { Cluster } from '../../../lib/port/cluster.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startApiServer } from './api-server.ts'

const START = Date.UTC(2026, 10, 24, 20, 30, 5)
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' }
const MINUTE = 60_000

let server: Awaited<ReturnType<typeof startApiServer>>
let nowMs: number
let asked: string[]
const clock = () => nowMs
beforeEach(async () => {
  server = await startApiServer()
  nowMs = START
  asked = []
})
afterEach(() => server.stop())

/** AWS in which every ask is noted, the keys are numbered, and a secret or parameter is what `texts` has at the time. */
function awsWith(texts: Readonly<Record<string, () => string>> = {}, sessionMs = 60 * MINUTE): AwsAccess {
  const text = (kind: string) => async (name: string) => {
    asked.push(`${kind} ${name}`)
    const found = texts[name]
    if (!found) throw new CodedError('invalid_config', `AWS: there is no ${kind} ${name}`)
    return found()
  }
  return {
    credentials: async ({ role, region, sessionName }) => {
      asked.push(`credentials ${role ?? 'own'} ${region} ${sessionName}`)
      const count = asked.filter((one) => one.startsWith('credentials')).length
      return { accessKeyId: `KEY${count}`, secretAccessKey: 'secret', expiration: new Date(nowMs + sessionMs) }
    },
    describeEks: async ({ name, region }, { accessKeyId }) => {
      asked.push(`describe ${name} ${region} by ${accessKeyId}`)
      return { endpoint: server.url, ca: server.ca }
    },
    secret: text('secret'),
    parameter: text('parameter'),
  }
}

const READ_ROLE = 'arn:aws:iam::111122223333:role/creance-read'
const ACT_ROLE = 'arn:aws:iam::111122223333:role/creance-act'
const EKS = { name: 'prod-eks', region: 'eu-central-1', read_role: READ_ROLE, act_role: ACT_ROLE }
const item = (value: object) => ClusterItem.parse({ cluster: 'prod', ...value })
const kubeconfigText = (token: string, more: object = {}) =>
  JSON.stringify({
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority-data': server.ca } }],
    users: [{ name: 'u', user: { token, ...more } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  })
const urlIn = (token: string) => new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString())
const keyIn = (token: string) => urlIn(token).searchParams.get('X-Amz-Credential')?.split('/')[0]

async function opened(value: object, identity: 'read' | 'act', aws: AwsAccess): Promise<Cluster> {
  return (await clustersOf([item(value)], identity, { ports: { aws, clock } })('prod')) ?? expect.fail('there is no such cluster')
}

describe('an EKS cluster', () => {
  test('is looked up and reached with a token of the role for reading, or of the one for acting', async () => {
    for (const identity of ['read', 'act'] as const) {
      asked = []
      const cluster = await opened({ eks: EKS }, identity, awsWith())
      expect(asked).toEqual([])
      expect((await cluster.get(POD))?.metadata.uid).toBe('u-1')
      expect(asked).toEqual([
        `credentials ${identity === 'read' ? READ_ROLE : ACT_ROLE} eu-central-1 creance-${identity}`,
        'describe prod-eks eu-central-1 by KEY1',
      ])
      const url = urlIn(server.requests.at(-1)?.token ?? '')
      expect(url.hostname).toBe('sts.eu-central-1.amazonaws.com')
      expect(url.searchParams.get('X-Amz-Date')).toBe('20261124T203005Z')
    }
  })

  test('with its endpoint and ca in the item it is not looked up, and without a role it is reached by the process itself', async () => {
    const eks = { name: 'prod-eks', region: 'eu-central-1', endpoint: server.url, ca: server.ca }
    expect((await (await opened({ eks }, 'act', awsWith())).get(POD))?.metadata.uid).toBe('u-1')
    expect(asked).toEqual(['credentials own eu-central-1 creance-act'])
  })

  test('is opened once, and its token renewed after 14 minutes, by which time a short session is renewed too', async () => {
    const cluster = await opened({ eks: EKS }, 'read', awsWith({}, 17 * MINUTE))
    await Promise.all([cluster.get(POD), cluster.get(POD)])
    nowMs = START + 14 * MINUTE - 1
    await cluster.get(POD)
    expect(new Set(server.requests.map(({ token }) => token)).size).toBe(1)
    nowMs = START + 14 * MINUTE
    await cluster.get(POD)
    expect(keyIn(server.requests.at(-1)?.token ?? '')).toBe('KEY2')
    expect(asked.filter((one) => one.startsWith('describe'))).toHaveLength(1)
  })

  test('an answer 401 has everything asked for anew, once', async () => {
    const cluster = await opened({ eks: EKS }, 'act', awsWith())
    await cluster.get(POD)
    server.state.accepts = (token) => keyIn(token) !== 'KEY1'
    expect((await cluster.get(POD))?.metadata.uid).toBe('u-1')
    expect(asked.filter((one) => one.startsWith('describe'))).toHaveLength(2)
    server.state.accepts = () => false
    server.requests.length = 0
    await expect(cluster.get(POD)).rejects.toMatchObject({ code: 'unauthorized' })
    expect(server.requests).toHaveLength(2)
  })

  test('several calls that are answered 401 at once open it once', async () => {
    const cluster = await opened({ eks: EKS }, 'act', awsWith())
    await cluster.get(POD)
    server.state.accepts = (token) => keyIn(token) !== 'KEY1'
    await Promise.all([1, 2, 3, 4].map(() => cluster.get(POD)))
    expect(asked.filter((one) => one.startsWith('describe'))).toHaveLength(2)
  })

  test('what AWS refuses is told in its words, and tried again by the next call', async () => {
    let refuses = true
    const aws = awsWith()
    const credentials: AwsAccess['credentials'] = async (of) => {
      if (refuses) throw new CodedError('not_permitted', `AWS: sts:AssumeRole of ${of.role}: AccessDenied`)
      return aws.credentials(of)
    }
    const cluster = await opened({ eks: EKS }, 'act', { ...aws, credentials })
    await expect(cluster.get(POD)).rejects.toMatchObject({ code: 'not_permitted', message: expect.stringContaining(ACT_ROLE) })
    refuses = false
    expect((await cluster.get(POD))?.metadata.uid).toBe('u-1')
  })

  test('that does not answer is looked up anew by the next call, if that was not a moment ago', async () => {
    const cluster = await opened({ eks: EKS }, 'act', awsWith())
    await cluster.get(POD)
    const moved = server
    await moved.stop()
    server = await startApiServer()
    await expect(cluster.get(POD)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(cluster.get(POD)).rejects.toMatchObject({ code: 'unavailable' })
    nowMs += 61_000
    await expect(cluster.get(POD)).rejects.toMatchObject({ code: 'unavailable' })
    expect((await cluster.get(POD))?.metadata.uid).toBe('u-1')
  })
})

describe('TLS', () => {
  test('an API whose certificate another CA signed is refused, and gets no token', async () => {
    const other = await startApiServer()
    const eks = { name: 'prod-eks', region: 'eu-central-1', endpoint: server.url, ca: other.ca }
    await expect((await opened({ eks }, 'read', awsWith())).get(POD)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('self-signed certificate'),
    })
    expect(server.requests).toEqual([])
    await other.stop()
  })

  test('an endpoint whose certificate has another name is reached with tls_server_name, and not without', async () => {
    const hidden = await startApiServer({ names: ['kube.internal'] })
    const eks = { name: 'prod-eks', region: 'eu-central-1', endpoint: hidden.url, ca: hidden.ca }
    const named = await opened({ eks: { ...eks, tls_server_name: 'kube.internal' } }, 'read', awsWith())
    expect((await named.get(POD))?.metadata.uid).toBe('u-1')
    await expect((await opened({ eks }, 'read', awsWith())).get(POD)).rejects.toMatchObject({
      message: expect.stringContaining("does not match certificate's altnames"),
    })
    await hidden.stop()
  })

  test('requests that follow each other share connections; after a while there is a new one', async () => {
    const cluster = await opened({ eks: EKS }, 'read', awsWith())
    for (let count = 0; count < 9; count += 1) await cluster.get(POD)
    expect(server.requests.length).toBe(10) // with the discovery
    const used = new Set(server.requests.map(({ socket }) => socket))
    expect(used.size).toBeLessThanOrEqual(2) // the next request begins while the last one's end is being read
    nowMs += 10_000
    await cluster.get(POD)
    expect(used.has(server.requests.at(-1)?.socket ?? 0)).toBe(false)
  })

  test('a server that does not answer even the first question is given up', async () => {
    server.state.hangs = true
    const config = kubeConfig({ text: kubeconfigText('t') })
    await expect(kubernetesCluster(config, { timeoutMs: 50 }).get(POD)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/timeout/i),
    })
  })
})

describe('a kubeconfig', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  test('comes from a secret for one identity, and from a parameter for the other', async () => {
    const aws = awsWith({ 'creance/read': () => kubeconfigText('reader'), '/creance/act': () => kubeconfigText('actor') })
    const kubeconfig = { read: { secret: 'creance/read' }, act: { parameter: '/creance/act' } }
    for (const identity of ['read', 'act'] as const) await (await opened({ kubeconfig }, identity, aws)).get(POD)
    expect(asked).toEqual(['secret creance/read', 'parameter /creance/act'])
    expect([...new Set(server.requests.map(({ token }) => token))]).toEqual(['reader', 'actor'])
  })

  test('comes from a file', async () => {
    const file = join(folder.path, 'kubeconfig')
    writeFileSync(file, kubeconfigText('of-the-file'))
    await (await opened({ kubeconfig: { act: { file } } }, 'act', awsWith())).get(POD)
    expect(server.requests.at(-1)?.token).toBe('of-the-file')
    const lost = await opened({ kubeconfig: { act: { file: join(folder.path, 'lost') } } }, 'act', awsWith())
    await expect(lost.get(POD)).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringContaining('lost') })
  })

  test('is read again after a 401: its token may have been replaced', async () => {
    let token = 'old'
    const aws = awsWith({ s: () => kubeconfigText(token) })
    const cluster = await opened({ kubeconfig: { act: { secret: 's' } } }, 'act', aws)
    await cluster.get(POD)
    token = 'new'
    server.state.accepts = (one) => one === 'new'
    expect((await cluster.get(POD))?.metadata.uid).toBe('u-1')
    expect(asked).toEqual(['secret s', 'secret s'])
  })

  test('that runs a command is not taken from a secret', async () => {
    const aws = awsWith({ s: () => kubeconfigText('', { exec: { command: 'true', apiVersion: 'client.authentication.k8s.io/v1' } }) })
    const cluster = await opened({ kubeconfig: { act: { secret: 's' } } }, 'act', aws)
    await expect(cluster.get(POD)).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringMatching(/^secret s: .*no exec/) })
  })

  test.each([
    ['not YAML', 'users:\n- {token: TOP-SECRET\n - x: ]'],
    ['no kubeconfig', '"TOP-SECRET"'],
    ['empty', ''],
    ['without a current context', 'clusters: []\nusers: [{name: TOP-SECRET}]'],
  ])('that is %s is an error without words of it', async (_name, text) => {
    const cluster = await opened({ kubeconfig: { act: { secret: 's' } } }, 'act', awsWith({ s: () => text }))
    const error = await cluster.get(POD).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_config', message: expect.stringMatching(/^secret s: kubeconfig cannot be used: ./) })
    expect(error instanceof Error && `${error.stack} ${error.cause}`).not.toContain('TOP-SECRET')
  })
})

describe('which clusters there are', () => {
  const has = async (items: readonly ClusterItem[], identity: 'read' | 'act', name = 'prod') =>
    (await clustersOf(items, identity, { only: { name: 'default', text: '' }, ports: { aws: awsWith(), clock } })(name)) !== undefined

  test('one of another name is none', async () => {
    expect(await has([item({ eks: EKS })], 'act')).toBe(true)
    for (const name of ['staging', 'constructor', '', 'default']) expect(await has([item({ eks: EKS })], 'act', name)).toBe(false)
  })

  test('one that an agent acts in is none for acting, and one for reading if the item says how', async () => {
    const queue = 'https://sqs.eu-central-1.amazonaws.com/111122223333/creance-hidden'
    const public_key = `MCowBQYDK2VwAyEA${'A'.repeat(43)}=`
    const readable = item({ agent: { queue, public_key, read: { kubeconfig: { secret: 's' } } } })
    expect([await has([readable], 'act'), await has([readable], 'read')]).toEqual([false, true])
    expect(await has([item({ agent: { queue, public_key } })], 'read')).toBe(false)
  })

  test('one with a kubeconfig for reading alone is none for acting', async () => {
    const readable = item({ kubeconfig: { read: { secret: 's' } } })
    expect([await has([readable], 'act'), await has([readable], 'read')]).toEqual([false, true])
  })

  test('without items the one of the settings is the one', async () => {
    const clusters = clustersOf([], 'act', { only: { name: 'default', text: kubeconfigText('of-the-settings') }, ports: { clock } })
    expect((await (await clusters('default'))?.get(POD))?.metadata.uid).toBe('u-1')
    expect(server.requests.at(-1)?.token).toBe('of-the-settings')
    expect(await clusters('prod')).toBeUndefined()
  })

  test.each([
    ['exec', { exec: { command: 'true', apiVersion: 'client.authentication.k8s.io/v1' } }],
    ['an auth-provider', { 'auth-provider': { name: 'gcp', config: {} } }],
  ])('without items, a text in the settings with %s is refused', async (_name, user) => {
    const clusters = clustersOf([], 'act', { only: { name: 'default', text: kubeconfigText('t', user) }, ports: { clock } })
    await expect((await clusters('default'))?.get(POD)).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('no exec or auth-provider'),
    })
    expect(server.requests).toEqual([])
  })

  test('a process that runs in no cluster says so', async () => {
    await expect((await opened({ in_cluster: {} }, 'act', awsWith())).get(POD)).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('runs in no cluster'),
    })
  })
})
