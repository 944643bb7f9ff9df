import * as z from 'zod'

const Count = z.union([z.number(), z.string()]).transform(Number).pipe(z.number().min(0))
const Internal = z.object({
  rule: z.string(),
  hostname: z.string().default(''),
  output_fields: z.object({
    /** In `Falco internal: syscall event drop`: how many since the last such notice. Source: falco/userspace/falco/event_drops.cpp */
    n_drops: Count.optional().catch(undefined),
    /** In `Falco internal: metrics snapshot`: since Falco started. Source: falco/userspace/falco/stats_writer.cpp */
    'falco.outputs_queue_num_drops': Count.optional().catch(undefined),
  }),
})
const NODES_MAX = 5000

export type FalcoDrops = { readonly node: string; readonly syscalls: number; readonly outputs: number }

/** Reads Falco's own events for what it lost before anybody could forward it: system calls that its buffer could not hold, and alerts that its
 *  output queue could not. Undefined where an event tells of none. */
export function falcoDrops(): (alert: unknown) => FalcoDrops | undefined {
  const known = new Map<string, number>()
  return (alert) => {
    const parsed = Internal.safeParse(alert)
    if (!parsed.success) return undefined
    const { hostname: node, output_fields: fields } = parsed.data
    const outputs = fields['falco.outputs_queue_num_drops'] ?? 0
    const before = known.get(node) ?? 0
    if (outputs > 0 && (known.has(node) || known.size < NODES_MAX)) known.set(node, outputs)
    const drops = { node, syscalls: fields.n_drops ?? 0, outputs: outputs >= before ? outputs - before : outputs }
    return drops.syscalls + drops.outputs > 0 ? drops : undefined
  }
}
