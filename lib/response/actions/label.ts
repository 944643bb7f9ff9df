import * as z from 'zod'
import type { Action } from '../action.ts'
import { patchPod } from './patch-pod.ts'

const LabelKey = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, 'expected a Kubernetes label key')
const LabelValue = z.string().regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/, 'expected a Kubernetes label value')
const Parameters = z.strictObject({
  labels: z.record(LabelKey, LabelValue).refine((labels) => Object.keys(labels).length > 0, 'expected at least one label'),
})
const Undo = z.object({ uid: z.string(), set: z.record(z.string(), z.string()), before: z.record(z.string(), z.string().nullable()) })

/** Puts labels on the pod. Undo: the values they had before, where they still are what was put there. */
export const label: Action<z.infer<typeof Parameters>> = {
  name: 'label',
  title: 'Label',
  description: 'Puts labels on the pod.',
  parameters: Parameters,
  rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'patch'] }],
  example: 'label: {labels: {creance.dev/quarantine: "true"}}',
  destructive: false,
  goneAfterBegin: 'skipped',
  outlivesPod: false,
  undoOf: ({ uid, labels: current }, { labels }) => ({
    uid,
    set: labels,
    before: Object.fromEntries(Object.keys(labels).map((key) => [key, current[key] ?? null])),
  }),
  run: async (pod, { labels }, { cluster }) => {
    const patched = await patchPod(cluster, pod, labels)
    return patched === 'absent' ? { state: 'skipped', why: 'the pod is gone' } : { state: 'done' }
  },
  undo: async ({ undo, namespace, pod, cluster }) => {
    const { uid, set, before } = Undo.parse(undo)
    const patched = await patchPod(cluster, { namespace, name: pod, uid }, (current) =>
      Object.fromEntries(Object.entries(before).filter(([key]) => current[key] === set[key])),
    )
    return patched === 'absent' ? { state: 'skipped', why: 'the pod is gone' } : { state: 'undone' }
  },
}
