import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { AWS_CLIENT } from './aws-client.ts'
import { awsError } from './aws-error.ts'
import type { AwsCredentials } from './eks-token.ts'

export type AssumedRole = { readonly role: string | undefined; readonly region: string; readonly sessionName: string }

const own = fromNodeProviderChain()

/** Of a role, assumed with the process's own credentials; without a role those themselves. */
export async function awsCredentials({ role, region, sessionName }: AssumedRole): Promise<AwsCredentials> {
  if (role === undefined) return own().catch(awsError('own credentials'))
  const params = { RoleArn: role, RoleSessionName: sessionName }
  const assume = fromTemporaryCredentials({ masterCredentials: own, params, clientConfig: { ...AWS_CLIENT, region } })
  return assume().catch(awsError(`sts:AssumeRole of ${role}`))
}
