import type { AssumedRole } from './aws-credentials.ts'
import type { AwsCredentials, EksCluster } from './eks-token.ts'

/** What access to clusters takes of AWS. Errors: CodedError `not_permitted` (names the permission), `invalid_config` (there is no such thing),
 *  `throttled`, `unavailable`. */
export type AwsAccess = {
  readonly credentials: (of: AssumedRole) => Promise<AwsCredentials>
  readonly describeEks: (cluster: EksCluster, by: AwsCredentials) => Promise<{ readonly endpoint: string; readonly ca: string }>
  readonly secret: (nameOrArn: string) => Promise<string>
  readonly parameter: (nameOrArn: string) => Promise<string>
}

/** AWS itself, by the SDK's own settings. A client is loaded when it is needed: a cold start without it does not pay for it. */
export const awsAccess: AwsAccess = {
  credentials: async (of) => (await import('./aws-credentials.ts')).awsCredentials(of),
  describeEks: async (cluster, by) => (await import('./aws-eks.ts')).describeEksCluster(cluster, by),
  secret: async (nameOrArn) => (await import('./aws-secrets.ts')).secretText(nameOrArn),
  parameter: async (nameOrArn) => (await import('./aws-parameters.ts')).parameterText(nameOrArn),
}
