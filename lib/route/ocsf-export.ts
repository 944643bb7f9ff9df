import * as z from 'zod'

/** Where incidents and actions go as OCSF events, for a SIEM. */
export const OcsfExport = z
  .strictObject({
    queue: z
      .url({ protocol: /^https?$/, error: 'expected the URL of an SQS queue' })
      .optional()
      .describe('The URL of an SQS queue.'),
    bucket: z.string().min(3).max(63).optional().describe('The name of an S3 bucket.'),
    folder: z.string().min(1).max(4096).optional().describe('A folder on the disk, for `creance local`.'),
  })
  .refine((to) => Object.values(to).filter((one) => one !== undefined).length === 1, 'expected one of queue, bucket, folder')
export type OcsfExport = z.infer<typeof OcsfExport>
