import * as z from 'zod'
import { CodedError } from '../error.ts'

/** How a function gets at clusters: those of its rule files; without any, one by its name, as the forwarder stamps it, and a kubeconfig as text or file
 *  (neither: in the cluster). `CREANCE_NAMESPACE`: where Creance's own pods run there. */
export const ClusterEnv = z.object({
  CREANCE_CLUSTER: z.string(),
  CREANCE_NAMESPACE: z.string().min(1).default('creance'),
  CREANCE_RULES: z.string().default('rules'),
  KUBECONFIG: z.string().optional(),
  KUBECONFIG_TEXT: z.string().optional(),
})

/** The one cluster of the settings. */
export function onlyCluster({ CREANCE_CLUSTER, KUBECONFIG, KUBECONFIG_TEXT }: z.infer<typeof ClusterEnv>) {
  return { name: CREANCE_CLUSTER, file: KUBECONFIG, text: KUBECONFIG_TEXT }
}

/** What the function that acts is told. `MAX_RECEIVES`: of the actions queue, before its dead letters. `ORDER_KEY`: what agents' orders are signed with. */
export const RespondEnv = ClusterEnv.extend({
  TABLE: z.string(),
  MESSAGES_QUEUE_URL: z.url(),
  EVIDENCE_BUCKET: z.string().min(1),
  MAX_RECEIVES: z.coerce.number().int().default(3),
  ORDER_KEY: z.string().optional(),
})

/** How the two audit functions find their rules, and say what they found. */
export const AuditEnv = z.object({
  DETECTIONS_QUEUE_URL: z.url(),
  CREANCE_CLUSTER: z.string().min(1),
  CREANCE_RULES: z.string().default('rules/audit'),
  CREANCE_RULE_MATCHING: z.enum(['first', 'all']).default('first'),
})

/** An entry point's settings, read once at its start. Throws `invalid_config`, naming the variables and never their values. */
export function parseEnv<T>(schema: z.ZodType<T>, env: Readonly<Record<string, string | undefined>>): T {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(present)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    return present[name] === undefined ? `${name} is not set` : `${name}: ${message.replace(/, received .*/, '')}`
  })
  throw new CodedError('invalid_config', `settings: ${[...new Set(problems)].join('; ')}`)
}
