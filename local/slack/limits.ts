import * as z from 'zod'
import { buttonsOf, SlackBlock } from './block.ts'

const Blocks = z.array(SlackBlock).max(50)

/** Blocks that Slack would take, or why not, in Slack's words: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. */
export type CheckedBlocks = { readonly blocks: SlackBlock[] } | { readonly problems: readonly string[] }

/** Checks shape, limits and unique ids. `pointer` is where the blocks stand in the call, e.g. `/attachments/0/blocks`. Never throws. */
export function checkBlocks(value: unknown, pointer: string): CheckedBlocks {
  const parsed = Blocks.safeParse(value)
  const problems = parsed.success ? duplicates(parsed.data, pointer) : parsed.error.issues.map((issue) => problemOf(issue, value, pointer))
  return parsed.success && problems.length === 0 ? { blocks: parsed.data } : { problems: problems.slice(0, 20) }
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, pointer: string): string {
  const path = issue.path.map(String)
  const last = path.at(-1) ?? ''
  const found = path.reduce<unknown>(childOf, value)
  const at = (words: string, where: readonly string[] = path) => `${words} [json-pointer:${[pointer, ...where].join('/')}]`
  if (found === undefined) return at(`missing required field: ${last}`, path.slice(0, -1))
  switch (issue.code) {
    case 'too_big':
      return at(
        issue.origin === 'array'
          ? `no more than ${issue.maximum} items allowed`
          : `must be less than ${Number(issue.maximum) + 1} characters`,
      )
    case 'too_small':
      return at(issue.origin === 'array' ? `no less than ${issue.minimum} items allowed` : 'must be more than 0 characters')
    case 'unrecognized_keys':
      return at(`invalid additional property: ${issue.keys[0]}`)
    case 'invalid_union':
      return at(`unsupported type: ${String(found).slice(0, 50)}`)
    case 'invalid_type':
      return at(`must provide ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`)
    case 'custom':
      return at(issue.message)
    default:
      return at('must be a valid value')
  }
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

/** Block ids are unique in a message, action ids in a block. */
function duplicates(blocks: readonly SlackBlock[], pointer: string): string[] {
  return [
    ...repeated(blocks.map((block) => block.block_id)).map((id) => `\`block_id\` "${id}" already exists [json-pointer:${pointer}]`),
    ...blocks.flatMap((block, index) =>
      repeated(buttonsOf(block).map((button) => button.action_id)).map(
        (id) => `\`action_id\` "${id}" already exists [json-pointer:${pointer}/${index}/elements]`,
      ),
    ),
  ]
}

function repeated(ids: readonly (string | undefined)[]): string[] {
  return ids.filter((id, index): id is string => id !== undefined && ids.indexOf(id) < index)
}
