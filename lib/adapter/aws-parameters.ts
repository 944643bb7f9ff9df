import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { CodedError } from '../error.ts'
import { AWS_CLIENT, regionIn } from './aws-client.ts'
import { awsError } from './aws-error.ts'

/** The text of a parameter in the SSM Parameter Store, decrypted if it is a SecureString. */
export async function parameterText(nameOrArn: string): Promise<string> {
  const client = new SSMClient({ ...AWS_CLIENT, ...regionIn(nameOrArn) })
  const command = new GetParameterCommand({ Name: nameOrArn, WithDecryption: true })
  const { Parameter } = await client.send(command).catch(awsError(`ssm:GetParameter of ${nameOrArn}`))
  if (Parameter?.Value === undefined) throw new CodedError('invalid_config', `parameter ${nameOrArn} has no value`)
  return Parameter.Value
}
