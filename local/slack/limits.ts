import * as z from 'zod'
import { interactiveOf, SlackBlock, type ViewBlock } from './block/block.ts'
import { ModalView } from './view/view.ts'

const Blocks = z.array(SlackBlock).max(50)

/** Blocks that Slack would take, or why not, in Slack's words: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. */
export type CheckedBlocks = { readonly blocks: SlackBlock[] } | { readonly problems: readonly string[] }

/** Checks shape, limits and unique ids. `pointer` is where the blocks stand in the call, e.g. `/attachments/0/blocks`. Never throws. */
export function checkBlocks(value: unknown, pointer: string): CheckedBlocks {
  const parsed = Blocks.safeParse(value)
  const problems = parsed.success ? duplicates(parsed.data, pointer) : problemsOf(parsed.error, value, pointer)
  return parsed.success && problems.length === 0 ? { blocks: parsed.data } : { problems: problems.slice(0, 20) }
}

/** The same for a modal, with its blocks and fields. */
export function checkView(value: unknown, pointer = '/view'): { readonly view: ModalView } | { readonly problems: readonly string[] } {
  const parsed = ModalView.safeParse(value)
  const problems = parsed.success ? duplicates(parsed.data.blocks, `${pointer}/blocks`) : problemsOf(parsed.error, value, pointer)
  return parsed.success && problems.length === 0 ? { view: parsed.data } : { problems: problems.slice(0, 20) }
}

function problemsOf(error: z.ZodError, value: unknown, pointer: string): string[] {
  return error.issues.map((issue) => problemOf(issue, value, pointer))
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, pointer: string): string {
  const path = issue.path.map(String)
  const last = path.at(-1) ?? ''
  const found = path.reduce<unknown>(childOf, value)
  const at = (words: string, where: readonly string[] = path) => `${words} [json-pointer:${[pointer, ...where].join('/')}]`
  if (issue.code === 'custom') return at(issue.message)
  if (found === undefined) return at(`missing required field: ${last}`, path.slice(0, -1))
  switch (issue.code) {
    case 'too_big':
      if (issue.origin === 'array') return at(`no more than ${issue.maximum} items allowed`)
      return at(
        issue.origin === 'string' ? `must be less than ${Number(issue.maximum) + 1} characters` : `must be at most ${issue.maximum}`,
      )
    case 'too_small':
      if (issue.origin === 'array') return at(`no less than ${issue.minimum} items allowed`)
      return at(issue.origin === 'string' ? 'must be more than 0 characters' : `must be at least ${issue.minimum}`)
    case 'unrecognized_keys':
      return at(`invalid additional property: ${issue.keys[0]}`)
    case 'invalid_union':
      return at(`unsupported type: ${String(found).slice(0, 50)}`)
    case 'invalid_type':
      return at(`must provide ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`)
    default:
      return at('must be a valid value')
  }
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

/** Block ids are unique in a message or view, action ids in a block. */
function duplicates(blocks: readonly ViewBlock[], pointer: string): string[] {
  return [
    ...repeated(blocks.map((block) => block.block_id)).map((id) => `\`block_id\` "${id}" already exists [json-pointer:${pointer}]`),
    ...blocks.flatMap((block, index) =>
      repeated(interactiveOf(block).map((element) => element.action_id)).map(
        (id) => `\`action_id\` "${id}" already exists [json-pointer:${pointer}/${index}/elements]`,
      ),
    ),
  ]
}

function repeated(ids: readonly (string | undefined)[]): string[] {
  return ids.filter((id, index): id is string => id !== undefined && ids.indexOf(id) < index)
}
