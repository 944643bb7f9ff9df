import * as z from 'zod'

/** Where a secret lies that a webhook needs. */
export const SecretSource = z
  .strictObject({
    secret: z
      .string()
      .regex(/^[\w/+=.@:-]{1,2048}$/, 'expected the name or ARN of a secret')
      .optional()
      .describe('In Secrets Manager: name or ARN.'),
    parameter: z
      .string()
      .regex(/^[\w/.:-]{1,2048}$/, 'expected the name or ARN of a parameter')
      .optional()
      .describe('In the SSM Parameter Store (SecureString): name or ARN.'),
    file: z.string().min(1).max(4096).optional().describe('On the disk: a path.'),
  })
  .refine((source) => Object.values(source).filter((one) => one !== undefined).length === 1, 'expected one of secret, parameter, file')
export type SecretSource = z.infer<typeof SecretSource>

export const TEMPLATES = ['cloudevents', 'jira', 'pagerduty', 'opsgenie', 'alertmanager', 'teams'] as const

/** An HTTP API that is told of incidents. */
export const Webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected an https URL' }),
  template: z.enum(TEMPLATES).default('cloudevents'),
  secret: SecretSource.optional(),
  settings: z.record(z.string(), z.string()).default({}),
})
export type Webhook = z.infer<typeof Webhook>
