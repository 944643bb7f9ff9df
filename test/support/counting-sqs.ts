import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import * as z from 'zod'

/** What one request meets in place of its answer. `status`: nothing is kept. `partial`: the entries that `fail` picks are not kept, the
 *  rest is. `slow`: kept, answered after `ms`. `hang`: kept, never answered. `stall`: kept, an answer begun and not ended. `reset`: the connection is cut, after or without keeping. */
export type Fault =
  | { readonly kind: 'status'; readonly status: 500 | 503 | 403 | 400; readonly code?: string }
  | { readonly kind: 'partial'; readonly fail: (index: number) => boolean; readonly senderFault?: boolean; readonly code?: string }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'stall' }
  | { readonly kind: 'reset'; readonly keep: boolean }

/** A message as the queue got it; `id` is its entry's in the request. */
export type KeptMessage = { readonly id: string; readonly body: string; readonly attributes: Readonly<Record<string, string>> }

const BILLED_BYTES = 64 * 1024
const MAX_ENTRIES = 10
const CODES = { 400: 'InvalidParameterValue', 403: 'AccessDeniedException', 500: 'InternalFailure', 503: 'ServiceUnavailable' } as const
const ENTRY_ID = /^[\w-]{1,80}$/
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u

const Attribute = z.object({ DataType: z.string(), StringValue: z.string().optional(), BinaryValue: z.base64().optional() })
const Message = z.object({ MessageBody: z.string(), MessageAttributes: z.record(z.string(), Attribute).default({}) })
type Message = z.infer<typeof Message>
const Entry = Message.extend({ Id: z.string() })
type Entry = z.infer<typeof Entry>
const Batch = z.object({ Entries: z.array(Entry).default([]) })

type Refusal = { readonly status: number; readonly code: string }
type Options = { readonly port?: number; readonly keep?: boolean; readonly maxBytes?: number }

/** A stand-in for one plain SQS queue on loopback that takes SendMessage and SendMessageBatch of the AWS JSON 1.0 protocol, with SQS's own
 *  checks, counts what comes, and misbehaves on demand. It has no receive: with `keep`, messages() gives all that it took, in order.
 *  `maxBytes`: of a request's messages together. Signatures are not checked. Source: SQS API reference, and its quotas. */
export async function startCountingSqs({ port = 0, keep = false, maxBytes = 1024 * 1024 }: Options = {}) {
  const counts = { requests: 0, messages: 0, billedUnits: 0, bytes: 0 }
  const kept: KeptMessage[] = []
  let faultOf: (requestNumber: number) => Fault | undefined = () => undefined

  const take = ({ Id, MessageBody, MessageAttributes }: Entry) => {
    counts.messages++
    if (!keep) return
    const attributes = Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue }]) => [
      name,
      StringValue ?? BinaryValue ?? '',
    ])
    kept.push({ id: Id, body: MessageBody, attributes: Object.fromEntries(attributes) })
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET' && request.url === '/stats') return answer(response, 200, counts)
    const call = readCall(request.headers['x-amz-target'], await buffer(request))
    const bytes = call?.entries.reduce((sum, entry) => sum + sizeOf(entry), 0) ?? 0
    counts.requests++
    counts.bytes += bytes
    counts.billedUnits += Math.max(1, Math.ceil(bytes / BILLED_BYTES))
    const fault = faultOf(counts.requests)
    if (fault?.kind === 'status') return refuse(response, { status: fault.status, code: fault.code ?? CODES[fault.status] })
    if (fault?.kind === 'reset' && !fault.keep) return void request.socket.resetAndDestroy()
    if (!call) return refuse(response, { status: 400, code: 'InvalidAction' })
    const refusal = check(call, bytes, maxBytes)
    if (refusal) return refuse(response, refusal)

    const failures = call.entries.map((entry, index) =>
      failureOf(entry, fault?.kind === 'partial' && fault.fail(index) ? fault : undefined),
    )
    call.entries.filter((_, index) => !failures[index]).forEach(take)
    if (fault?.kind === 'reset') return void request.socket.resetAndDestroy()
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'stall') return void response.writeHead(200, { 'content-length': 1000 }).write('{')
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
    const [failure] = failures
    if (!call.single) return answer(response, 200, batchResult(call.entries, failures))
    if (failure) return refuse(response, { status: failure.SenderFault ? 400 : 500, code: failure.Code })
    return answer(response, 200, call.entries.map(sent)[0] ?? {})
  }

  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    serve(request, response).catch(() => response.destroy()) // the caller broke off
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${endpoint}/000000000000/detections`,
    endpoint,
    requests: () => counts.requests,
    messages: (): readonly KeptMessage[] => kept,
    /** Requests as they are billed: one for each 64 KiB of payload or part of it. */
    billedUnits: () => counts.billedUnits,
    stats: () => ({ ...counts }),
    /** From now on each request asks `next` for its fault; they are numbered from 1 since the start. */
    misbehave: (next: (requestNumber: number) => Fault | undefined) => {
      faultOf = next
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

type Call = { readonly single: boolean; readonly entries: readonly Entry[] }

/** Undefined: none of the two calls, or not in their shape. */
function readCall(target: string | string[] | undefined, body: Buffer): Call | undefined {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'))
    if (target === 'AmazonSQS.SendMessage') return { single: true, entries: [{ Id: '0', ...Message.parse(input) }] }
    if (target === 'AmazonSQS.SendMessageBatch') return { single: false, entries: Batch.parse(input).Entries }
  } catch {
    // answered as a call that is not known
  }
  return undefined
}

/** Bytes as SQS counts them: the body, and each attribute's name, type and value. */
function sizeOf({ MessageBody, MessageAttributes }: Message): number {
  let bytes = Buffer.byteLength(MessageBody)
  for (const [name, { DataType, StringValue = '', BinaryValue = '' }] of Object.entries(MessageAttributes))
    bytes += Buffer.byteLength(name + DataType + StringValue) + Buffer.byteLength(BinaryValue, 'base64')
  return bytes
}

/** Why the request as a whole is refused. */
function check({ single, entries }: Call, bytes: number, maxBytes: number): Refusal | undefined {
  const no = (code: string) => ({ status: 400, code })
  if (entries.length === 0) return no('EmptyBatchRequest')
  if (entries.length > MAX_ENTRIES) return no('TooManyEntriesInBatchRequest')
  if (!entries.every(({ Id }) => ENTRY_ID.test(Id))) return no('InvalidBatchEntryId')
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) return no('BatchEntryIdsNotDistinct')
  if (bytes > maxBytes) return no(single ? 'InvalidParameterValue' : 'BatchRequestTooLong')
  return undefined
}

type Failure = { readonly Id: string; readonly SenderFault: boolean; readonly Code: string; readonly Message: string }

/** Why one entry is not taken: characters that XML 1.0 does not have, or the fault that was asked for. */
function failureOf({ Id, MessageBody, MessageAttributes }: Entry, fault: (Fault & { kind: 'partial' }) | undefined): Failure | undefined {
  const texts = [MessageBody, ...Object.values(MessageAttributes).map(({ StringValue = '' }) => StringValue)]
  if (texts.some((text) => NOT_XML.test(text)))
    return { Id, SenderFault: true, Code: 'InvalidMessageContents', Message: 'Invalid characters found.' }
  const { senderFault = false, code = senderFault ? 'InvalidParameterValue' : 'InternalError' } = fault ?? {}
  return fault && { Id, SenderFault: senderFault, Code: code, Message: 'As was asked of the stand-in.' }
}

/** The SDKs compare the body's checksum with their own, in both calls. */
function sent({ MessageBody }: Message) {
  return { MessageId: randomUUID(), MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }
}

/** A list that would be empty is left out, as SQS does. */
function batchResult(entries: readonly Entry[], failures: readonly (Failure | undefined)[]): object {
  const Failed = failures.filter((failure) => failure !== undefined)
  const Successful = entries.filter((_, index) => !failures[index]).map((entry) => ({ Id: entry.Id, ...sent(entry) }))
  return { ...(Successful.length > 0 ? { Successful } : {}), ...(Failed.length > 0 ? { Failed } : {}) }
}

function refuse(response: ServerResponse, { status, code }: Refusal): void {
  answer(response, status, { __type: `com.amazonaws.sqs#${code}`, message: `${code} (the stand-in)` })
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...headers, 'x-amzn-requestid': randomUUID() }).end(text)
}

// `node counting-sqs.ts --port N` (default: any): in a process of its own it counts alone; GET /stats answers the counts.
if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
  const { url, endpoint } = await startCountingSqs({ port: Number(values.port) })
  console.log(JSON.stringify({ url, endpoint }))
}
