import * as z from 'zod'
import { wholeLines } from './text.ts'

const Text = z.object({ text: z.object({ text: z.string() }) })
const Blocks = z.array(z.union([Text, z.unknown()]))
/** What a dialog or a command is answered with, as far as it has words for the person. */
const Answer = z.union([
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.object({ blocks: Blocks }) }),
  z.object({ response_type: z.enum(['ephemeral', 'in_channel']), blocks: Blocks }),
])
const MAX = 3000

/** The words (mrkdwn) of an answer of ours that Slack is not going to show any more, for it to be told in another way; undefined where it has none. */
export function answerWords(body: unknown): string | undefined {
  const { data } = Answer.safeParse(body)
  if (!data) return undefined
  const texts = 'errors' in data ? Object.values(data.errors) : textsIn('view' in data ? data.view.blocks : data.blocks)
  return wholeLines(texts, MAX).join('\n') || undefined
}

function textsIn(blocks: readonly unknown[]): readonly string[] {
  return blocks.flatMap((block) => Text.safeParse(block).data?.text.text ?? [])
}
