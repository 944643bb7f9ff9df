import * as z from 'zod'
import { Agent } from '../detection/detection.ts'

/** One alert on its way: the agent's own bytes (`alert`, verbatim JSON text) and what the forwarder knows that they do not say.
 *  `receivedMs`: Unix milliseconds. `cluster` is the forwarder's CREANCE_CLUSTER; `node` its CREANCE_NODE, if set. */
export const Envelope = z.object({
  agent: Agent,
  cluster: z.string().min(1),
  node: z.string().optional(),
  receivedMs: z.number().int(),
  alert: z.string(),
})
export type Envelope = z.infer<typeof Envelope>
