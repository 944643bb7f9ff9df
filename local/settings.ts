import * as z from 'zod'

const Address = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i, 'expected host:port, such as 127.0.0.1:2801')
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
    port: Number(text.slice(text.lastIndexOf(':') + 1)),
  }))

export type Address = z.infer<typeof Address>

export function isLoopback({ host }: Address): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host)
}

/** What `creance local` is told: flags of the command line and, where none is given, the environment.
 *  `packageRoot` is where rules/ and the stand-ins' files are. */
export const LocalSettings = z.object({
  listen: Address.prefault('127.0.0.1:2801'),
  http: Address.prefault('127.0.0.1:2802'),
  data: z.string().min(1).default('.creance'),
  rules: z.array(z.string().min(1)).optional(),
  kubeconfig: z.string().min(1).optional(),
  slackApi: z.url().optional(),
  cluster: z.string().min(1).max(100).default('local'),
  node: z.string().min(1).optional(),
  insecure: z.stringbool().default(false),
  slackToken: z.string().min(1).optional(),
  slackSigningSecret: z.string().min(16).optional(),
  packageRoot: z.string(),
})
export type LocalSettings = z.infer<typeof LocalSettings>
