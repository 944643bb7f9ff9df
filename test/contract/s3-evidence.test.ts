import { S3Client } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import { s3Evidence } from '../../lib/adapter/s3-evidence.ts'
import { startRefusingS3, startS3 } from '../support/s3.ts'
import { evidenceContract } from './evidence.ts'

evidenceContract('S3 (fauxqs)', async () => {
  const s3 = await startS3()
  let count = 0
  return {
    make: async () => {
      const bucket = `evidence-${++count}`
      await s3.createBucket(bucket)
      return s3Evidence(s3.client, bucket)
    },
    read: s3.read,
    stop: s3.stop,
  }
})

const BYTES = new TextEncoder().encode('evidence')

test.each([
  { status: 403, code: 'AccessDenied', is: 'not_permitted' },
  { status: 400, code: 'ExpiredToken', is: 'not_permitted' },
  { status: 404, code: 'NoSuchBucket', is: 'invalid_config' },
  { status: 503, code: 'SlowDown', is: 'throttled' },
  { status: 409, code: 'ConditionalRequestConflict', is: 'conflict' },
  { status: 400, code: 'BadDigest', is: 'unavailable' },
  { status: 500, code: 'InternalError', is: 'unavailable' },
  { status: 400, code: 'EntityTooLarge', is: 'invalid_input' },
])('S3 says $status $code → $is', async ({ status, code, is }) => {
  const s3 = await startRefusingS3(status, code)
  onTestFinished(s3.stop)
  await expect(s3Evidence(s3.client, 'evidence').keep('a', BYTES)).rejects.toMatchObject({
    code: is,
    message: expect.stringContaining(code),
  })
})

test('a bucket that is not there is said to be a wrong name', async () => {
  const s3 = await startS3()
  onTestFinished(s3.stop)
  await expect(s3Evidence(s3.client, 'no-such-bucket').keep('a', BYTES)).rejects.toMatchObject({ code: 'invalid_config' })
})

test('where nothing answers, it is unavailable', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const nowhere = new S3Client({ endpoint: 'http://127.0.0.1:9', region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 })
  await expect(s3Evidence(nowhere, 'evidence').keep('a', BYTES)).rejects.toMatchObject({ code: 'unavailable' })
})
