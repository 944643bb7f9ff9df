import { join } from 'node:path'
import * as z from 'zod'
import { Address, isLoopback } from '../lib/address.ts'
import { FALCO_PRIORITIES } from '../lib/detection/falco.ts'
import { CodedError } from '../lib/error.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { checkSenders, type Senders } from './http/auth.ts'
import type { TlsFiles } from './http/tls.ts'

const KIB = 1024
const bytes = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** A Falco priority in any case, as its severity. */
const Priority = z
  .string()
  .transform((word) => FALCO_PRIORITIES.get(word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()))
  .refine((severity) => severity !== undefined, `expected one of ${[...FALCO_PRIORITIES.keys()].join(', ')}`)

const Env = z.object({
  CREANCE_QUEUE_URL: z.url({ protocol: /^https?$/, error: "expected the queue's URL (https://sqs.…), not its name or ARN" }),
  CREANCE_AUDIT_QUEUE_URL: z
    .url({ protocol: /^https?$/, error: "expected the queue's URL (https://sqs.…), not its name or ARN" })
    .optional(),
  CREANCE_CLUSTER: z.string().min(1).max(100),
  CREANCE_NODE: z.string().max(253).optional(),
  CREANCE_LISTEN: Address.optional(),
  CREANCE_PATH_SECRET: z.string().optional(),
  CREANCE_TLS_CERT: z.string().optional(),
  CREANCE_TLS_KEY: z.string().optional(),
  CREANCE_TLS_CLIENT_CA: z.string().optional(),
  CREANCE_INSECURE: z.stringbool().default(false),
  CREANCE_SPOOL_DIR: z.string().default(join('.creance', 'spool')),
  CREANCE_SPOOL_MAX_BYTES: bytes(8 * KIB * KIB, Number.MAX_SAFE_INTEGER).default(KIB * KIB * KIB),
  CREANCE_LINGER_MS: z.coerce.number().int().min(0).max(60_000).default(1000),
  CREANCE_URGENT_PRIORITY: Priority.prefault('Critical'),
  CREANCE_MESSAGE_BYTES: bytes(32 * KIB, KIB * KIB).default(256 * KIB),
  CREANCE_GRACE_SECONDS: z.coerce.number().min(0).max(3600).default(25),
})

const LISTEN = { host: '0.0.0.0', port: 2801 }
/** Who reads files or stdin need not be reached from elsewhere. */
const LISTEN_BESIDE_FILES = { host: '127.0.0.1', port: 2801 }

export type ForwarderSettings = Omit<z.infer<typeof Env>, 'CREANCE_LISTEN'> & {
  readonly listen: Address
  readonly senders: Senders
  readonly tls: TlsFiles | undefined
  /** Alerts come from files or stdin alone: whoever posts one is refused. */
  readonly filesOnly: boolean
  /** Names that begin as ours do and are none, such as a misspelt secret. */
  readonly unknown: readonly string[]
}

/** The forwarder's settings. With `readsFiles`, an address that is open to others may be listened on without any proof, for probes and metrics:
 *  then no alert is taken there. Throws `invalid_config`, naming the variables and never their values. */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  { readsFiles }: { readonly readsFiles: boolean },
): ForwarderSettings {
  const settings = parseEnv(Env, env)
  const { CREANCE_TLS_CERT: cert, CREANCE_TLS_KEY: key, CREANCE_TLS_CLIENT_CA: clientCa } = settings
  if ((cert === undefined) !== (key === undefined) || (clientCa !== undefined && cert === undefined))
    throw new CodedError(
      'invalid_config',
      'settings: CREANCE_TLS_CERT and CREANCE_TLS_KEY go together, and CREANCE_TLS_CLIENT_CA needs both',
    )
  const listen = settings.CREANCE_LISTEN ?? (readsFiles ? LISTEN_BESIDE_FILES : LISTEN)
  const senders = {
    pathSecret: settings.CREANCE_PATH_SECRET,
    clientCertificates: clientCa !== undefined,
    insecure: settings.CREANCE_INSECURE,
  }
  const anybody = senders.pathSecret === undefined && !senders.clientCertificates
  const filesOnly = readsFiles && anybody && !senders.insecure && !isLoopback(listen)
  if (!filesOnly) checkSenders(senders, listen)
  const unknown = Object.keys(env).filter((name) => name.startsWith('CREANCE_') && !Object.hasOwn(Env.shape, name))
  const tls = cert !== undefined && key !== undefined ? { cert, key, clientCa } : undefined
  return { ...settings, listen, senders, filesOnly, unknown, tls }
}
