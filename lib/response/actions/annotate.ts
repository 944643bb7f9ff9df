import * as z from 'zod'
import type { Action } from '../action.ts'
import { MetadataKey } from './metadata-key.ts'
import { type MetadataChange, setMetadata } from './set-metadata.ts'

const MAX_VALUE = 4096
const Parameters = z.strictObject({
  annotations: z
    .record(MetadataKey, z.string().max(MAX_VALUE))
    .refine((annotations) => Object.keys(annotations).length > 0, 'expected at least one annotation'),
})
const { prepare, ...shared } = setMetadata('annotations')

/** Puts annotations on the pod. */
export const annotate: Action<z.infer<typeof Parameters>, MetadataChange> = {
  ...shared,
  name: 'annotate',
  title: 'Annotate',
  description: 'Puts annotations on the pod.',
  parameters: Parameters,
  example: 'annotate: {annotations: {creance.dev/why: "shell, then credential read"}}',
  destructive: false,
  losesPod: false,
  takesAway: 'nothing',
  goneAfterBegin: 'skipped',
  outlivesPod: false,
  prepare: async (pod, { annotations }) => prepare(pod, annotations),
}
