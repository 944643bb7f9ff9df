import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CodedError } from '../error.ts'
import { AWS_CLIENT, regionIn } from './aws-client.ts'
import { awsError } from './aws-error.ts'

/** The text of a secret in Secrets Manager. */
export async function secretText(nameOrArn: string): Promise<string> {
  const client = new SecretsManagerClient({ ...AWS_CLIENT, ...regionIn(nameOrArn) })
  const command = new GetSecretValueCommand({ SecretId: nameOrArn })
  const { SecretString } = await client.send(command).catch(awsError(`secretsmanager:GetSecretValue of ${nameOrArn}`))
  if (SecretString === undefined) throw new CodedError('invalid_config', `secret ${nameOrArn} is binary: expected text`)
  return SecretString
}
