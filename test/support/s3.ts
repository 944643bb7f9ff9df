import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'

/** An S3 emulator on loopback, and a client for it. The emulator does not know `If-None-Match` on a PUT: what stands before it answers that as
 *  S3 does, when the first PUT of the key is through. */
export async function startS3() {
  const emulator = await startFauxqs({ port: 0, logger: false })
  const there = new Map<string, Promise<void>>()
  const behind = new URL(emulator.address)
  const front = createServer((asked, answer) => {
    const key = new URL(asked.url ?? '/', behind).pathname
    if (asked.method !== 'PUT' || asked.headers['if-none-match'] !== '*') return pass(asked, answer, behind)
    const first = there.get(key)
    if (first) first.then(() => refuse(asked, answer, 412, 'PreconditionFailed'))
    else there.set(key, new Promise((resolve) => answer.once('close', resolve)))
    if (!first) pass(asked, answer, behind)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  const client = clientFor(endpoint)
  const read = async (uri: string): Promise<Uint8Array> => {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? []
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    return (await Body?.transformToByteArray()) ?? new Uint8Array()
  }
  const createBucket = async (bucket: string) => emulator.createBucket(bucket)
  const stop = async () => {
    client.destroy()
    front.closeAllConnections()
    await new Promise((resolve) => front.close(resolve))
    await emulator.stop()
  }
  return { endpoint, client, createBucket, read, stop }
}

/** A server that refuses every request. */
export async function startRefusingS3(status: number, code: string) {
  const server = createServer((asked, answer) => refuse(asked, answer, status, code))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = clientFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const stop = async () => {
    client.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { client, stop }
}

function clientFor(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 })
}

function pass(asked: IncomingMessage, answer: ServerResponse, to: URL): void {
  const { 'if-none-match': _, ...headers } = asked.headers
  const onward = request({ host: to.hostname, port: to.port, method: asked.method, path: asked.url, headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers)
    got.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  asked.pipe(onward)
}

function refuse(asked: IncomingMessage, answer: ServerResponse, status: number, code: string): void {
  asked.resume()
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>refused</Message></Error>`
  asked.on('end', () => answer.writeHead(status, { 'content-type': 'application/xml' }).end(asked.method === 'HEAD' ? undefined : body))
}
