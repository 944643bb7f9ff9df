import { createHash } from 'node:crypto'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { CodedError, type ErrorCode, messageOf } from '../error.ts'
import type { EvidenceStore } from '../port/evidence.ts'

/** Region, credentials and endpoint by the SDK's own settings. Requests time out. `forcePathStyle`: for emulators, which have no name for each bucket. */
export function s3Client({ forcePathStyle = false } = {}): S3Client {
  const requestHandler = { requestTimeout: 10_000, throwOnRequestTimeout: true, connectionTimeout: 3_000 }
  return new S3Client({ requestHandler, maxAttempts: 3, forcePathStyle })
}

/** Evidence in a bucket, encrypted as the bucket says. S3 itself refuses to write over what is there (`If-None-Match: *`) and checks the SHA-256 of
 *  what arrives. Source: S3 user guide, conditional writes. */
export function s3Evidence(client: S3Client, bucket: string): EvidenceStore {
  return {
    keep: async (key, bytes) => {
      const hash = createHash('sha256').update(bytes).digest()
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: 'application/gzip',
        ChecksumSHA256: hash.toString('base64'),
        IfNoneMatch: '*',
      })
      const there = await client.send(command).then(
        () => false,
        (error) => isThere(error) || translate(error),
      )
      const sha256 = there ? await hashOf(client, { Bucket: bucket, Key: key }) : hash.toString('hex')
      return { uri: `s3://${bucket}/${key}`, sha256 }
    },
  }
}

/** As S3 has it; of what was put there by other means, perhaps without a hash of the whole, by reading it. */
async function hashOf(client: S3Client, at: { readonly Bucket: string; readonly Key: string }): Promise<string> {
  const head = await client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' })).catch(translate)
  if (head.ChecksumSHA256 && head.ChecksumType !== 'COMPOSITE') return Buffer.from(head.ChecksumSHA256, 'base64').toString('hex')
  const { Body } = await client.send(new GetObjectCommand(at)).catch(translate)
  const bytes = (await Body?.transformToByteArray().catch(translate)) ?? new Uint8Array()
  return createHash('sha256').update(bytes).digest('hex')
}

function isThere(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.name === 'PreconditionFailed' || error.$metadata.httpStatusCode === 412)
}

function translate(error: unknown): never {
  const name = error instanceof Error ? error.name : 'unknown'
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  const code = codeOf(name, status)
  const hint =
    code === 'invalid_config' ? ": is the bucket's name right?" : code === 'unavailable' ? `: ${messageOf(error).slice(0, 200)}` : ''
  throw new CodedError(code, `S3: ${name}${hint}`, { cause: error })
}

/** A HEAD has no body: there the status is all there is. That an object which was just there is gone is a conflict: another try puts it. */
function codeOf(name: string, status: number | undefined): ErrorCode {
  if (/SlowDown|Throttl|RequestLimitExceeded|TooManyRequests/.test(name) || status === 429) return 'throttled'
  if (/NoSuchBucket|InvalidBucketName|PermanentRedirect|AuthorizationHeaderMalformed/.test(name) || status === 301) return 'invalid_config'
  if (/ConditionalRequestConflict|OperationAborted|NoSuchKey|NotFound/.test(name) || status === 409 || status === 404) return 'conflict'
  if (/AccessDenied|CredentialsProvider|Signature|InvalidAccessKeyId|ExpiredToken|InvalidToken/.test(name) || status === 403)
    return 'not_permitted'
  if (/RequestTimeout|BadDigest|XAmzContentSHA256Mismatch|IncompleteBody/.test(name)) return 'unavailable' // broken off on its way
  return status !== undefined && status >= 400 && status < 500 ? 'invalid_input' : 'unavailable'
}
