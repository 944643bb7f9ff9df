import * as z from 'zod'
import { Address } from '../lib/address.ts'
import { CodedError } from '../lib/error.ts'

/** What `creance local` is told: flags of the command line and, where none is given, the environment.
 *  `packageRoot` is where rules/ and the stand-ins' files are. */
export const LocalSettings = z.object({
  listen: Address.prefault('127.0.0.1:2801'),
  http: Address.prefault('127.0.0.1:2802'),
  data: z.string().min(1).default('.creance'),
  rules: z.array(z.string().min(1)).optional(),
  kubeconfig: z.string().min(1).optional(),
  slackApi: z.url().optional(),
  /** Where people reach the pages of incidents. */
  pageUrl: z.url({ protocol: /^https?$/ }).optional(),
  cluster: z.string().min(1).max(100).default('local'),
  node: z.string().min(1).optional(),
  insecure: z.stringbool().default(false),
  slackToken: z.string().min(1).optional(),
  slackAppToken: z
    .string()
    .regex(/^xapp-[\w-]+$/, 'expected an app token (xapp-…)')
    .optional(),
  slackSigningSecret: z.string().min(16).optional(),
  packageRoot: z.string(),
})
export type LocalSettings = z.infer<typeof LocalSettings>

/** Settings by the environment's names for them, where they have no flag. */
const VARIABLES: Readonly<Record<string, string>> = {
  slackToken: 'SLACK_BOT_TOKEN',
  slackAppToken: 'SLACK_APP_TOKEN',
  slackSigningSecret: 'SLACK_SIGNING_SECRET',
}

/** Reads them; an empty one counts as not given. Throws `invalid_config`, naming the settings and never a secret's value. */
export function readLocalSettings(given: Readonly<Record<string, unknown>>): LocalSettings {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '' && value !== undefined))
  const { data, error } = LocalSettings.safeParse(present)
  if (!data) {
    const words = error.issues.map(({ path, message }) => `${VARIABLES[path.join('.')] ?? path.join('.')}: ${message}`)
    throw new CodedError('invalid_config', `settings: ${words.join('; ')}`)
  }
  if (data.slackAppToken !== undefined && data.slackToken === undefined)
    throw new CodedError(
      'invalid_config',
      'SLACK_APP_TOKEN is set, SLACK_BOT_TOKEN is not: presses would come, and nobody could be told anything',
    )
  if (data.slackToken !== undefined && data.slackSigningSecret === undefined && data.slackAppToken === undefined) {
    throw new CodedError(
      'invalid_config',
      'SLACK_BOT_TOKEN is set, SLACK_SIGNING_SECRET is not: presses could not be told from forged ones; without a public URL, set SLACK_APP_TOKEN (Socket Mode)',
    )
  }
  return data
}
