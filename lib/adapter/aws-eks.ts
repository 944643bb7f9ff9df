import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks'
import { CodedError } from '../error.ts'
import { AWS_CLIENT } from './aws-client.ts'
import { awsError } from './aws-error.ts'
import type { AwsCredentials, EksCluster } from './eks-token.ts'

/** Where an EKS cluster's API is, and who signed its certificate (PEM in base64). */
export async function describeEksCluster(
  { name, region }: EksCluster,
  credentials: AwsCredentials,
): Promise<{ readonly endpoint: string; readonly ca: string }> {
  const client = new EKSClient({ ...AWS_CLIENT, region, credentials })
  const { cluster } = await client.send(new DescribeClusterCommand({ name })).catch(awsError(`eks:DescribeCluster of ${name} in ${region}`))
  const { endpoint, certificateAuthority } = cluster ?? {}
  if (endpoint && certificateAuthority?.data) return { endpoint, ca: certificateAuthority.data }
  throw new CodedError('unavailable', `EKS cluster ${name} has no endpoint: it is ${cluster?.status ?? 'not there'}`)
}
