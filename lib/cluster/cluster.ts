import * as z from 'zod'
import { SECRET_FIELDS } from '../secret-fields.ts'

/** With which rights: `read` finds out, `act` changes things. Two identities, so that neither can do what the other is for. */
export type Identity = 'read' | 'act'

const Role = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/, 'expected the ARN of an IAM role')

const Eks = z.strictObject({
  name: z.string().regex(/^[0-9A-Za-z][\w-]{0,99}$/, 'expected the name of an EKS cluster'),
  region: z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'expected an AWS region, such as eu-central-1'),
  read_role: Role.optional().describe('Assumed for reading; without it the function’s own role reads.'),
  act_role: Role.optional().describe('Assumed for acting; without it the function’s own role acts.'),
  endpoint: z
    .url({ protocol: /^https$/, error: 'expected an https URL' })
    .optional()
    .describe('Of its API. Looked up (eks:DescribeCluster) where it or the ca is not said.'),
  ca: z
    .base64({ error: 'expected a certificate in base64, as eks:DescribeCluster gives it' })
    .min(1)
    .optional()
    .describe('Who signed its certificate: PEM in base64.'),
  tls_server_name: z.string().min(1).max(253).optional().describe('The name in its certificate, where the endpoint is reached by another.'),
})
export type Eks = z.infer<typeof Eks>

/** Where a kubeconfig lies. */
const Source = z.strictObject(SECRET_FIELDS).superRefine(exactlyOne(['secret', 'parameter', 'file']))
export type Source = z.infer<typeof Source>

const InCluster = z.strictObject({}).describe('The cluster that the process itself runs in, by its pod’s service account.')

/** How the API is read where an agent acts. */
const Read = z
  .strictObject({
    eks: Eks.omit({ act_role: true }).optional(),
    kubeconfig: Source.optional(),
    in_cluster: InCluster.optional(),
  })
  .superRefine(exactlyOne(['eks', 'kubeconfig', 'in_cluster']))

const PUBLIC_KEY = 'expected a public Ed25519 key as one line of base64 (openssl pkey -pubout -outform DER)'

const Agent = z.strictObject({
  queue: z
    .url({ protocol: /^https?$/, error: 'expected the URL of an SQS queue' })
    .describe('Of SQS, from which `creance respond-agent` in that cluster takes what to do.'),
  public_key: z
    .string(PUBLIC_KEY)
    .regex(/^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/, PUBLIC_KEY)
    .describe('By which its answers are known: Ed25519, DER in base64, one line.'),
  read: Read.optional().describe('How to find out about its pods; without it nothing is found out.'),
})

export const ACCESS_KINDS = ['eks', 'kubeconfig', 'in_cluster', 'agent'] as const

/** A cluster, and the one way its API is reached. */
export const ClusterItem = z
  .strictObject({
    cluster: z.string().min(1).max(200).describe('Its name, unique: as the forwarder stamps it on its alerts (CREANCE_CLUSTER).'),
    description: z.string().optional(),
    eks: Eks.optional().describe('Of EKS, with tokens made from AWS credentials.'),
    kubeconfig: z
      .strictObject({
        read: Source.optional().describe('Of the identity that may only read. Without it nothing is found out.'),
        act: Source.optional().describe('Of the identity that acts. Without it nothing is done.'),
      })
      .refine(({ read, act }) => read !== undefined || act !== undefined, 'expected read, act or both')
      .optional()
      .describe('By kubeconfigs, one an identity.'),
    in_cluster: InCluster.optional(),
    agent: Agent.optional().describe('Its API cannot be reached from outside: an agent in it acts.'),
  })
  .superRefine(exactlyOne(ACCESS_KINDS))
export type ClusterItem = z.infer<typeof ClusterItem>

/** How one identity reaches a cluster's API. */
export type Access =
  | { readonly by: 'eks'; readonly eks: Omit<Eks, 'read_role' | 'act_role'>; readonly role: string | undefined }
  | { readonly by: 'kubeconfig'; readonly source: Source }
  | { readonly by: 'in_cluster' }

/** undefined: not at all. The cluster is an agent's, or nothing is set up for this identity. */
export function accessOf({ eks, kubeconfig, in_cluster, agent }: ClusterItem, identity: Identity): Access | undefined {
  if (eks) return eksAccess(eks, identity)
  if (kubeconfig?.[identity]) return { by: 'kubeconfig', source: kubeconfig[identity] }
  if (in_cluster) return { by: 'in_cluster' }
  const read = identity === 'read' ? agent?.read : undefined
  if (read?.eks) return eksAccess(read.eks, identity)
  if (read?.kubeconfig) return { by: 'kubeconfig', source: read.kubeconfig }
  return read?.in_cluster ? { by: 'in_cluster' } : undefined
}

/** The URL of the queue of the agent that acts in the cluster; undefined: it has none. */
export function agentQueueOf(items: readonly ClusterItem[], cluster: string): string | undefined {
  return items.find((item) => item.cluster === cluster)?.agent?.queue
}

function eksAccess({ read_role, act_role, ...eks }: Eks, identity: Identity): Access {
  return { by: 'eks', eks, role: identity === 'read' ? read_role : act_role }
}

/** What is too much is told at its own place. */
function exactlyOne(keys: readonly string[]) {
  return (value: object, context: z.RefinementCtx): void => {
    const given = new Map(Object.entries(value))
    const [first, second] = keys.filter((key) => given.get(key) !== undefined)
    if (first === undefined) context.addIssue(`expected one of ${keys.join(', ')}`)
    if (second !== undefined)
      context.addIssue({ code: 'custom', message: `expected one of ${keys.join(', ')}; there is ${first} already`, path: [second] })
  }
}
