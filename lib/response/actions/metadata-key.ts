import * as z from 'zod'

/** The key of a label or an annotation. Source: Kubernetes, "Labels and Selectors", syntax. */
export const MetadataKey = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/,
    'expected a Kubernetes key, such as example.com/name',
  )
