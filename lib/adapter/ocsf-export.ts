import { gzipSync } from 'node:zlib'
import type { EvidenceStore } from '../port/evidence.ts'
import type { OutgoingMessage, QueueSender } from '../port/queue.ts'
import type { OcsfExport } from '../route/ocsf-export.ts'

/** What an export goes to, by what a route names. */
export type OcsfDestinations = {
  readonly queue: (url: string) => Promise<QueueSender>
  readonly bucket: (name: string) => Promise<EvidenceStore>
  readonly folder: (path: string) => Promise<EvidenceStore>
}

/** AWS and the disk themselves. A client is loaded when it is needed, and kept. */
export function ocsfDestinations(): OcsfDestinations {
  return {
    queue: once(async (url) => {
      const [{ SQSClient }, { sqsQueue }] = await Promise.all([import('@aws-sdk/client-sqs'), import('./sqs.ts')])
      const requestHandler = { requestTimeout: 10_000, throwOnRequestTimeout: true, connectionTimeout: 3_000 }
      return sqsQueue(new SQSClient({ requestHandler, maxAttempts: 2, ...regionOf(url) }), url)
    }),
    bucket: once(async (name) => {
      const { s3Client, s3Evidence } = await import('./s3-evidence.ts')
      return s3Evidence(s3Client(), name)
    }),
    folder: once(async (path) => (await import('./folder-evidence.ts')).folderEvidence(path)),
  }
}

/** Exports events that belong together: a queue gets a message of JSON each, a bucket or folder one file of gzipped JSON lines by date and `id`, which is written once:
 *  the same again changes nothing. In a FIFO queue, the same again within five minutes is dropped; others tell it by `metadata.uid`. Errors: those of Queue and EvidenceStore. */
export function ocsfExport(destinations: OcsfDestinations): (to: OcsfExport, events: readonly object[], id: string) => Promise<void> {
  return async ({ queue, bucket, folder }, events, id) => {
    if (events.length === 0) return
    if (queue !== undefined) return (await destinations.queue(queue)).send(events.map((event, index) => messageOf(event, { id, index })))
    const store = bucket === undefined ? await destinations.folder(folder ?? '') : await destinations.bucket(bucket)
    const lines = gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    await store.keep(`ocsf/${dayOf(events[0])}/${id}.json.gz`, lines)
  }
}

function messageOf(event: object, { id, index }: { readonly id: string; readonly index: number }): OutgoingMessage {
  const { class_uid } = 'class_uid' in event ? event : { class_uid: 0 }
  return {
    body: JSON.stringify(event),
    attributes: { 'ocsf.class_uid': String(class_uid) },
    group: 'creance',
    dedup: `${id.slice(0, 100)}-${index}`,
  }
}

/** `YYYY/MM/DD` by the first event's own time: the same however late it is exported. */
function dayOf(event: object | undefined): string {
  const ms = event && 'time' in event ? Number(event.time) : 0
  return new Date(Number.isFinite(ms) ? ms : 0).toISOString().slice(0, 10).replaceAll('-', '/')
}

/** A queue may be in another region than this process; its URL says in which. */
function regionOf(url: string): { readonly region?: string } {
  const { hostname } = new URL(url)
  const region =
    /(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\./.exec(hostname)?.[1] ??
    /^([a-z0-9-]+)\.queue\.amazonaws\./.exec(hostname)?.[1]
  return region === undefined ? {} : { region }
}

function once<T>(open: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const opened = new Map<string, Promise<T>>()
  return (name) => {
    const one = opened.get(name) ?? open(name)
    opened.set(name, one)
    return one
  }
}
