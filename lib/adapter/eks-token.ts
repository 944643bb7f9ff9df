import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { CodedError } from '../error.ts'
import type { Clock } from '../port/log.ts'
import { cachedUntil } from './cached-until.ts'

/** `expiration`: of a role's session; unset for a user's own keys. */
export type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

export type EksCluster = { readonly name: string; readonly region: string }

// The server takes a token for 15 minutes from X-Amz-Date, whatever X-Amz-Expires says; those of AWS renew it after 14.
const FRESH_MS = 14 * 60_000
/** The server takes no longer one. */
const MAX_BYTES = 4096
const EXPIRES_SECONDS = 60
const BEFORE_CREDENTIALS_END_MS = 60_000
/** As AWS writes them, so that a token can be compared with theirs. */
const ORDER = [
  'Action',
  'Version',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
]
/** The end of STS's host name, by how a region's name begins. Source: AWS's partitions. */
const SUFFIXES: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-iso-', 'c2s.ic.gov'],
]

/** A bearer token for an EKS cluster: STS's GetCallerIdentity as a URL signed for the cluster's name, which the API server's authenticator calls.
 *  Source: `aws eks get-token`; sigs.k8s.io/aws-iam-authenticator, pkg/token. */
export async function eksToken({ name, region }: EksCluster, credentials: AwsCredentials, nowMs: number): Promise<string> {
  const suffix = SUFFIXES.find(([start]) => region.startsWith(start))?.[1] ?? 'amazonaws.com'
  const hostname = `sts.${region}.${suffix}`
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 })
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    headers: { host: hostname, 'x-k8s-aws-id': name },
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
  }
  const { query = {} } = await signer.presign(request, { expiresIn: EXPIRES_SECONDS, signingDate: new Date(nowMs) })
  const parameters = Object.entries(query).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
  const search = parameters.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')
  const token = `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${search}`).toString('base64url')}`
  if (token.length > MAX_BYTES) throw new CodedError('invalid_config', `EKS ${name}: the session token of its AWS credentials is too long`)
  return token
}

/** The token of the moment: the same for 14 minutes, or to the minute before the credentials that signed it end. */
export function eksTokens(cluster: EksCluster, credentials: () => Promise<AwsCredentials>, clock: Clock): () => Promise<string> {
  const load = async () => {
    const signedBy = await credentials()
    const nowMs = clock()
    const credentialsEndMs = (signedBy.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - BEFORE_CREDENTIALS_END_MS
    return { token: await eksToken(cluster, signedBy, nowMs), endsMs: Math.min(nowMs + FRESH_MS, credentialsEndMs) }
  }
  const cached = cachedUntil(load, ({ endsMs }) => endsMs, clock)
  return async () => (await cached.get()).token
}
