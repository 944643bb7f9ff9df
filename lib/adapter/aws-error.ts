import { CodedError, type ErrorCode, messageOf } from '../error.ts'

/** What AWS says of an ask for `what`, such as "secretsmanager:GetSecretValue of NAME": which is the permission that may be lacking. */
export function awsError(what: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof CodedError) throw error
    const name = error instanceof Error ? error.name : 'unknown'
    throw new CodedError(codeOf(name), `AWS: ${what}: ${name}: ${messageOf(error).slice(0, 300)}`, { cause: error })
  }
}

/** By the error's name alone. What is not known may pass. */
function codeOf(name: string): ErrorCode {
  if (/Throttl|TooManyRequests|RequestLimit/.test(name)) return 'throttled'
  if (/AccessDenied|CredentialsProvider|InvalidClientTokenId|Signature|ExpiredToken|UnrecognizedClient|Decryption/.test(name))
    return 'not_permitted'
  if (/NotFound|Validation|InvalidParameter|InvalidRequest|InvalidKeyId/.test(name)) return 'invalid_config'
  return 'unavailable'
}
