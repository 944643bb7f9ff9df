import * as z from 'zod'
import type { Action } from '../action.ts'
import { MetadataKey } from './metadata-key.ts'
import { type MetadataChange, setMetadata } from './set-metadata.ts'

const LabelValue = z.string().regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/, 'expected a Kubernetes label value')
const Parameters = z.strictObject({
  labels: z.record(MetadataKey, LabelValue).refine((labels) => Object.keys(labels).length > 0, 'expected at least one label'),
})
const { prepare, ...shared } = setMetadata('labels')

/** Puts labels on the pod. */
export const label: Action<z.infer<typeof Parameters>, MetadataChange> = {
  ...shared,
  name: 'label',
  title: 'Label',
  description: 'Puts labels on the pod.',
  parameters: Parameters,
  example: 'label: {labels: {creance.dev/quarantine: "true"}}',
  destructive: false,
  losesPod: false,
  takesAway: 'nothing',
  goneAfterBegin: 'skipped',
  outlivesPod: false,
  prepare: async (pod, { labels }) => prepare(pod, labels),
}
