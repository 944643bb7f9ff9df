import * as z from 'zod'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Asking } from './asking.ts'
import { listOf, partOf, short, text } from './bounds.ts'
import type { PodEvent } from './context.ts'

const MAX_LISTED = 500
const MAX_EVENTS = 5

/** An event has its time in one of four places, by who wrote it. */
const EventView = z.object({
  type: text,
  reason: text,
  message: text,
  count: z.number().int().positive().catch(1),
  series: partOf(z.object({ lastObservedTime: text, count: z.number().int().positive().optional().catch(undefined) })),
  lastTimestamp: text,
  eventTime: text,
  metadata: partOf(z.object({ creationTimestamp: text })),
})

/** The last of what the cluster's components said about this very pod, the latest first. Who may write events may write these: they are claims. */
export async function eventsOf(pod: KubernetesObject, asking: Asking): Promise<readonly PodEvent[]> {
  const { namespace = '', name, uid = '' } = pod.metadata
  if (!/^[\w-]+$/.test(uid)) return []
  const found = await asking.list(`events of ${namespace}/${name}`, {
    apiVersion: 'v1',
    kind: 'Event',
    namespace,
    fieldSelector: `involvedObject.uid=${uid}`,
    limit: MAX_LISTED,
  })
  return listOf(EventView, MAX_LISTED)
    .parse(found)
    .map(({ series, lastTimestamp, eventTime, metadata, ...event }) => ({
      atMs: msOf(series.lastObservedTime || lastTimestamp || eventTime || metadata.creationTimestamp),
      type: short(event.type, 20),
      reason: short(event.reason, 60),
      message: short(event.message, 200),
      count: series.count ?? event.count,
    }))
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, MAX_EVENTS)
}

function msOf(time: string): number {
  const ms = Date.parse(time)
  return Number.isSafeInteger(ms) ? ms : 0
}
