import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { read, type Store, update } from '../port/store.ts'
import type { SlashCommand } from '../slack/command.ts'

/** Slack's signature holds for five minutes either way; after that nothing of it can be sent again. */
const REMEMBERED_SECONDS = 15 * 60

const Taken = z.object({ atMs: z.number().int(), outcome: z.string().optional() })

/** What a command is known by: one that is sent again is the same. */
export function commandId({ app, workspace, channel, user, text, id }: SlashCommand): string {
  return contentId('command', app, workspace, channel, user.id, text, id).slice(0, 32)
}

/** Takes it, once. `again`: it was taken before; with what came of it, where that is known. */
export async function takeOnce(
  store: Store,
  id: string,
  nowMs: number,
): Promise<{ readonly kind: 'first' } | { readonly kind: 'again'; readonly outcome?: string | undefined }> {
  const item = { ...keyOf(id), data: { atMs: nowMs }, expires: Math.ceil(nowMs / 1000) + REMEMBERED_SECONDS }
  if (await store.put(item, 'absent')) return { kind: 'first' }
  return { kind: 'again', outcome: (await read(store, keyOf(id), Taken))?.outcome }
}

/** Keeps what came of it. */
export async function keepOutcome(store: Store, id: string, outcome: string): Promise<void> {
  await update(store, keyOf(id), Taken, (now) => now && { ...now, outcome })
}

function keyOf(id: string): { readonly pk: string; readonly sk: string } {
  return { pk: `command#${id}`, sk: 'taken' }
}
