import * as z from 'zod'

/** The SDK signs what it sends: it goes to SQS and to nobody else (an emulator on loopback aside). */
function isOfSqs(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return true
  return protocol === 'https:' && /(?:^|\.)(?:sqs|queue)\.[a-z0-9.-]*amazonaws\.(?:com|com\.cn|eu)$|\.queue\.amazonaws\.com$/.test(hostname)
}

const QUEUE = 'expected the URL of an SQS queue, such as https://sqs.eu-central-1.amazonaws.com/111122223333/siem'

/** Where incidents and actions go as OCSF events, for a SIEM. */
export const OcsfExport = z
  .strictObject({
    queue: z
      .url({ protocol: /^https?$/, error: QUEUE, abort: true })
      .refine(isOfSqs, QUEUE)
      .optional()
      .describe('The URL of an SQS queue.'),
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of an S3 bucket')
      .optional()
      .describe('The name of an S3 bucket.'),
    folder: z.string().min(1).max(4096).optional().describe('A folder on the disk, for `creance local`.'),
  })
  .refine((to) => Object.values(to).filter((one) => one !== undefined).length === 1, 'expected one of queue, bucket, folder')
export type OcsfExport = z.infer<typeof OcsfExport>
