import * as z from 'zod'

/** Where a text lies that no rule file has: the fields of a mapping that has one of them. */
export const SECRET_FIELDS = {
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
}
