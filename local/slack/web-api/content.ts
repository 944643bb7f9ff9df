import * as z from 'zod'
import { checkBlocks } from '../limits.ts'
import { Attachment, type Content, Metadata } from '../message.ts'
import { type Failure, failed } from './answer.ts'
import { fromJson } from './method.ts'

/** The arguments that say what a message says. In a form the last three arrive as JSON strings. */
export type ContentArguments = {
  readonly text?: string | undefined
  readonly blocks?: unknown
  readonly attachments?: unknown
  readonly metadata?: unknown
}

/** An empty object takes metadata away. */
const NoMetadata = z.strictObject({}).transform(() => undefined)
const MAX_TEXT = 40_000
const MAX_ATTACHMENTS = 100

/** The content of a new message, or Slack's error: no_text, msg_too_long, invalid_blocks_format, invalid_blocks, invalid_attachments,
 *  too_many_attachments, invalid_metadata_format. */
export function parseContent(args: ContentArguments): Failure | { readonly ok: true; readonly content: Content } {
  const text = args.text ?? ''
  if (text.length > MAX_TEXT) return failed('msg_too_long')
  const blocks = parseBlocks(args.blocks)
  if (!blocks.ok) return blocks
  const attachments = parseAttachments(args.attachments)
  if (!attachments.ok) return attachments
  if (text === '' && blocks.value.length + attachments.value.length === 0) return failed('no_text')
  const metadata = Metadata.or(NoMetadata).optional().safeParse(fromJson(args.metadata))
  if (!metadata.success) return failed('invalid_metadata_format')
  return { ok: true, content: { text, blocks: blocks.value, attachments: attachments.value, metadata: metadata.data } }
}

type Parsed<T> = Failure | { readonly ok: true; readonly value: T }

function parseBlocks(argument: unknown): Parsed<Content['blocks']> {
  const value = fromJson(argument) ?? []
  if (!Array.isArray(value)) return failed('invalid_blocks_format')
  const checked = checkBlocks(value, '/blocks')
  return 'problems' in checked ? failed('invalid_blocks', checked.problems) : { ok: true, value: checked.blocks }
}

function parseAttachments(argument: unknown): Parsed<Content['attachments']> {
  const parsed = z.array(Attachment.extend({ blocks: z.unknown().optional() })).safeParse(fromJson(argument) ?? [])
  if (!parsed.success) return failed('invalid_attachments')
  if (parsed.data.length > MAX_ATTACHMENTS) return failed('too_many_attachments')
  const checked = parsed.data.map(({ blocks, ...rest }, index) => {
    const result = blocks === undefined ? { blocks: [] } : checkBlocks(blocks, `/attachments/${index}/blocks`)
    return 'problems' in result ? result : { attachment: { ...rest, ...(blocks !== undefined && { blocks: result.blocks }) } }
  })
  const problems = checked.flatMap((result) => ('problems' in result ? result.problems : []))
  if (problems.length > 0) return failed('invalid_attachments', problems)
  return { ok: true, value: checked.flatMap((result) => ('attachment' in result ? [result.attachment] : [])) }
}
