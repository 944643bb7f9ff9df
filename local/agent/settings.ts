import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { Address } from '../../lib/address.ts'
import { privateKeyFrom, publicKeyFrom } from '../../lib/agent/keys.ts'
import { CodedError } from '../../lib/error.ts'
import { parseEnv } from '../../lib/runtime/env.ts'

const QueueUrl = z.url({ protocol: /^https?$/, error: "expected the queue's URL (https://sqs.…), not its name or ARN" })

const Env = z.object({
  CREANCE_CLUSTER: z.string().min(1).max(100),
  CREANCE_AGENT_QUEUE_URL: QueueUrl,
  CREANCE_OUTCOMES_QUEUE_URL: QueueUrl,
  CREANCE_ORDER_PUBLIC_KEY: z.string().min(1),
  CREANCE_AGENT_KEY: z.string().min(1),
  CREANCE_AGENT_DIR: z.string().default(join('.creance', 'agent')),
  CREANCE_RULES: z.string().optional(),
  CREANCE_NAMESPACE: z.string().default('creance'),
  CREANCE_LISTEN: Address.prefault('0.0.0.0:2804'),
  CREANCE_PATIENCE_SECONDS: z.coerce.number().min(0).max(25).default(20),
  KUBECONFIG: z.string().optional(),
  EVIDENCE_BUCKET: z.string().optional(),
})

export type AgentSettings = {
  readonly clusterName: string
  readonly queueUrl: string
  readonly outcomesQueueUrl: string
  readonly orderKey: KeyObject
  readonly answerKey: KeyObject
  readonly folder: string
  /** Files or folders; without any, only what holds in any case. */
  readonly rules: readonly string[]
  readonly ownNamespace: string
  readonly listen: Address
  readonly patienceMs: number
  readonly kubeconfig: string | undefined
  readonly evidenceBucket: string | undefined
  /** Names that begin as ours do and are none, such as a misspelt path. */
  readonly unknown: readonly string[]
}

/** The agent's settings. Throws `invalid_config`, naming the variables and never their values. */
export function readAgentSettings(env: Readonly<Record<string, string | undefined>>): AgentSettings {
  const settings = parseEnv(Env, env)
  const given = (name: 'CREANCE_ORDER_PUBLIC_KEY' | 'CREANCE_AGENT_KEY') => textOrFile(settings[name], name)
  return {
    clusterName: settings.CREANCE_CLUSTER,
    queueUrl: settings.CREANCE_AGENT_QUEUE_URL,
    outcomesQueueUrl: settings.CREANCE_OUTCOMES_QUEUE_URL,
    orderKey: publicKeyFrom(given('CREANCE_ORDER_PUBLIC_KEY'), 'settings: CREANCE_ORDER_PUBLIC_KEY'),
    answerKey: privateKeyFrom(given('CREANCE_AGENT_KEY'), 'settings: CREANCE_AGENT_KEY'),
    folder: settings.CREANCE_AGENT_DIR,
    rules: settings.CREANCE_RULES === undefined ? [] : [settings.CREANCE_RULES],
    ownNamespace: settings.CREANCE_NAMESPACE,
    listen: settings.CREANCE_LISTEN,
    patienceMs: settings.CREANCE_PATIENCE_SECONDS * 1000,
    kubeconfig: settings.KUBECONFIG,
    evidenceBucket: settings.EVIDENCE_BUCKET,
    unknown: Object.keys(env).filter((name) => name.startsWith('CREANCE_') && !Object.hasOwn(Env.shape, name)),
  }
}

/** A key itself, or the path of a file that has it. */
function textOrFile(value: string, name: string): string {
  if (value.startsWith('-----') || /^MC[A-Za-z0-9+/]{40,}={0,2}$/.test(value.trim())) return value
  try {
    return readFileSync(value, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
    throw new CodedError('invalid_config', `settings: ${name}: neither a key nor a file that can be read${why}`, { cause })
  }
}
