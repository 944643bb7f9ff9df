import type { Context } from '../context/context.ts'
import type { IncidentView } from '../response/view.ts'
import { graveLines, imagesText, otherTexts, type Shown } from './context-text.ts'
import { code, date, plain } from './text.ts'
import { keyOf, type Told, told } from './told.ts'

const WHOLE: Shown = { dangers: 12, groups: 8, words: 10, services: 8, neighbours: 15, images: 8 }
const SHOWN_EVENTS = 6
const SHOWN_OWNERS = 6
/** Of an incident of many pods so many are described in its thread. */
const DESCRIBED_PODS = 5

/** What the cluster said of the pod, at length: once a pod, and again when it is gone or made anew. Of pods beyond the first few the message alone tells. */
export function contextReplies({ incident, context }: IncidentView): readonly Told[] {
  if (!context?.of || (!context.pod && !context.absent)) return []
  const pods = [...new Set(incident.places.map(({ pod }) => pod))]
  const isOfFirst = pods.length <= DESCRIBED_PODS || pods.slice(0, DESCRIBED_PODS).includes(context.of)
  if (!isOfFirst) return []
  const key = keyOf('context', context.of, context.pod?.uid, context.absent !== undefined)
  return [told(key, context.atMs, contextLines(context, context.of, incident.subject.kind))]
}

function contextLines(context: Context, of: string, kind: IncidentView['incident']['subject']['kind']): readonly string[] {
  const { pod, owners, node, events } = context
  const chain = owners.slice(0, SHOWN_OWNERS).map((owner) => code(`${owner.kind} ${owner.name}`, 260))
  const images = imagesText(context, WHOLE)
  const [others, more] = [otherTexts({ ...context, events: [] }, WHOLE), node?.taints.slice(0, 5) ?? []]
  return [
    `🔎 *What the cluster says of* ${code(of, 330)} (${date(context.atMs)})`,
    ...graveLines(context, kind, WHOLE),
    chain.length > 0 ? `Owned by ${chain.join(' ← ')}` : '',
    images ? `Images: ${images}` : '',
    pod && !context.account?.powers.length
      ? `Service account ${code(pod.serviceAccount, 260)}${context.account ? ', which may do nothing of note' : ''}`
      : '',
    node
      ? `Node ${code(node.name, 260)} ${plain(`${node.os}, ${node.kubelet}`, 120)}${more.length > 0 ? `, taints ${more.map((taint) => code(taint, 80)).join(', ')}` : ''}`
      : '',
    ...others,
    ...events.slice(-SHOWN_EVENTS).map(eventLine),
  ]
}

function eventLine({ atMs, type, reason, message, count }: Context['events'][number]): string {
  const mark = type === 'Warning' ? '⚠️' : '•'
  return `${mark} ${date(atMs)} ${plain(reason, 60)}: ${plain(message, 200)}${count > 1 ? ` (${count} times)` : ''}`
}
