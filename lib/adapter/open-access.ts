import type { KubeConfig } from '@kubernetes/client-node'
import type { Access, Identity, Source } from '../cluster/cluster.ts'
import { CodedError, messageOf } from '../error.ts'
import type { Clock } from '../port/log.ts'
import type { AwsAccess } from './aws-access.ts'
import { cachedUntil } from './cached-until.ts'
import { eksTokens } from './eks-token.ts'
import { KeptConnections } from './kept-connections.ts'
import { kubeConfig } from './kubernetes.ts'

export type OpenPorts = { readonly aws: AwsAccess; readonly clock: Clock }

const AUTHENTICATOR = 'creance-eks'
/** Credentials are asked for anew so long before they end. */
const BEFORE_END_MS = 5 * 60_000

/** A client configuration for one identity's access, everything about it asked for anew. Errors: those of AwsAccess, and `invalid_config`. */
export async function openAccess(access: Access, identity: Identity, { aws, clock }: OpenPorts): Promise<KeptConnections> {
  if (access.by === 'eks') return openEks(access, identity, { aws, clock })
  if (access.by === 'in_cluster') return new KeptConnections(inCluster(), clock)
  return new KeptConnections(await kubeConfigFrom(access.source, aws), clock)
}

/** A kubeconfig's text or file, or (neither) the pod's own service account. A text comes from where others than the process's user may write it, so it may not
 *  name a command to run. Errors: `invalid_config`, without words of the text, which is secret. */
export function readKubeConfig(from: { readonly text?: string | undefined; readonly file?: string | undefined }, what: string): KubeConfig {
  if (from.text === undefined && from.file === undefined) return inCluster()
  const config = kubeConfigOf(from, what)
  const user = config.getCurrentUser()
  // Who may write the text would run commands here; and an `aws eks get-token` is not at hand anyway.
  if (from.text !== undefined && (user?.exec || user?.authProvider)) {
    throw new CodedError(
      'invalid_config',
      `${what}: a kubeconfig from there may have a token or certificates, no exec or auth-provider (for EKS, write eks:)`,
    )
  }
  return config
}

function kubeConfigOf(from: { readonly text?: string | undefined; readonly file?: string | undefined }, what: string): KubeConfig {
  try {
    return kubeConfig(from)
  } catch (error) {
    // A YAML parser's message goes on with the lines that it could not read.
    const [said = ''] = (error instanceof Error ? error.message : messageOf(error)).split('\n')
    throw new CodedError('invalid_config', `${what}: ${said}`)
  }
}

async function openEks(
  { eks, role }: Extract<Access, { by: 'eks' }>,
  identity: Identity,
  { aws, clock }: OpenPorts,
): Promise<KeptConnections> {
  const { name, region, endpoint, ca, tls_server_name } = eks
  const credentials = cachedUntil(
    () => aws.credentials({ role, region, sessionName: `creance-${identity}` }),
    ({ expiration }) => (expiration?.getTime() ?? 0) - BEFORE_END_MS, // those that do not say when they end are looked after by the SDK
    clock,
  )
  const tokens = eksTokens({ name, region }, credentials.get, clock)
  await tokens() // what is wrong with the credentials is told in AWS's words, and not as an answer that the cluster did not give
  const found = endpoint !== undefined && ca !== undefined ? undefined : await aws.describeEks({ name, region }, await credentials.get())
  const server = endpoint ?? found?.endpoint ?? ''
  const cluster = { name, server, caData: ca ?? found?.ca ?? '', skipTLSVerify: false }
  const config = new KeptConnections(
    {
      clusters: [{ ...cluster, ...(tls_server_name === undefined ? {} : { tlsServerName: tls_server_name }) }],
      users: [{ name: identity, authProvider: { name: AUTHENTICATOR } }],
      contexts: [{ name, cluster: name, user: identity }],
      currentContext: name,
    },
    clock,
  )
  config.addAuthenticator({
    isAuthProvider: ({ authProvider }) => authProvider?.name === AUTHENTICATOR,
    applyAuthentication: async (_user, options) => {
      options.headers = { ...options.headers, Authorization: `Bearer ${await tokens()}` }
    },
  })
  return config
}

async function kubeConfigFrom({ secret, parameter, file }: Source, aws: AwsAccess): Promise<KubeConfig> {
  if (file !== undefined) return readKubeConfig({ file }, 'cluster access')
  const what = secret === undefined ? `parameter ${parameter}` : `secret ${secret}`
  const text = secret === undefined ? await aws.parameter(parameter ?? '') : await aws.secret(secret)
  return readKubeConfig({ text }, what)
}

function inCluster(): KubeConfig {
  const config = kubeConfig({})
  if (config.getCurrentCluster()?.server.includes('undefined')) {
    throw new CodedError('invalid_config', 'in_cluster: this process runs in no cluster (KUBERNETES_SERVICE_HOST is not set)')
  }
  return config
}
