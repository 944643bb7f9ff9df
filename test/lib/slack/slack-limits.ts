import type { ChatMessage } from '../../../lib/port/chat.ts'

// What Slack publishes of messages, written down by hand and apart from the code that keeps it. Sources: docs.slack.dev, "Blocks", "Block elements",
// "Composition objects", "Formatting message text"; `msg_blocks_too_long` is not documented and was seen at some 13,000 characters.
const BLOCKS = 50
const TOGETHER = 13_000
const FALLBACK = 4000

type Json = Readonly<Record<string, unknown>>
/** Where something stands, and what is wrong with it. */
type Problems = readonly string[]
type Check = (value: Json, at: string) => Problems

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function text(value: unknown, at: string, max: number, min = 0): Problems {
  if (typeof value !== 'string') return [`${at}: no text`]
  return [
    ...(value.length > max ? [`${at}: ${value.length} characters of ${max}`] : []),
    ...(value.length < min ? [`${at}: empty`] : []),
    ...(value.isWellFormed() ? [] : [`${at}: half a character`]),
    ...(/[\p{Cc}--\n]/v.test(value) ? [`${at}: a control character`] : []),
  ]
}

function only(value: Json, at: string, keys: readonly string[]): Problems {
  return Object.keys(value).flatMap((key) => (keys.includes(key) ? [] : [`${at}: unknown key ${key}`]))
}

function plainText(value: unknown, at: string, max: number): Problems {
  if (!isObject(value)) return [`${at}: no text object`]
  const kind = value.type === 'plain_text' ? [] : [`${at}: ${value.type}, only plain_text is allowed`]
  return [...kind, ...text(value.text, `${at}.text`, max, 1), ...only(value, at, ['type', 'text', 'emoji'])]
}

function anyText(value: unknown, at: string, max: number): Problems {
  if (!isObject(value) || value.type !== 'mrkdwn') return plainText(value, at, max)
  const shape = [...text(value.text, `${at}.text`, max, 1), ...only(value, at, ['type', 'text', 'verbatim'])]
  return [...shape, ...(value.verbatim === true ? [] : [`${at}: Slack would make links of what looks like one`])]
}

const identifier = (value: unknown, at: string): Problems => text(value, at, 255, 1)

const ELEMENTS: Readonly<Record<string, Check>> = {
  button: (value, at) => [
    ...only(value, at, ['type', 'text', 'action_id', 'value', 'url', 'style', 'confirm', 'accessibility_label']),
    ...plainText(value.text, `${at}.text`, 75),
    ...identifier(value.action_id, `${at}.action_id`),
    ...(value.value === undefined ? [] : text(value.value, `${at}.value`, 2000)),
    ...(value.url === undefined ? [] : text(value.url, `${at}.url`, 3000)),
    ...(value.accessibility_label === undefined ? [] : text(value.accessibility_label, `${at}.accessibility_label`, 75)),
    ...(value.style === undefined || value.style === 'primary' || value.style === 'danger' ? [] : [`${at}: style ${value.style}`]),
    ...(value.confirm === undefined ? [] : confirm(value.confirm, `${at}.confirm`)),
  ],
  static_select: (value, at) => [
    ...only(value, at, ['type', 'placeholder', 'options', 'action_id', 'confirm', 'initial_option', 'focus_on_load']),
    ...plainText(value.placeholder, `${at}.placeholder`, 150),
    ...identifier(value.action_id, `${at}.action_id`),
    ...(list(value.options).length < 1 || list(value.options).length > 100 ? [`${at}: ${list(value.options).length} options`] : []),
    ...list(value.options).flatMap((option, index) => optionOf(option, `${at}.options[${index}]`)),
  ],
}

function optionOf(value: unknown, at: string): Problems {
  if (!isObject(value)) return [`${at}: no option`]
  return [
    ...only(value, at, ['text', 'value', 'description']),
    ...plainText(value.text, `${at}.text`, 75),
    ...text(value.value, `${at}.value`, 150, 1),
  ]
}

function confirm(value: unknown, at: string): Problems {
  if (!isObject(value)) return [`${at}: no dialog`]
  return [
    ...only(value, at, ['title', 'text', 'confirm', 'deny', 'style']),
    ...plainText(value.title, `${at}.title`, 100),
    ...anyText(value.text, `${at}.text`, 300),
    ...plainText(value.confirm, `${at}.confirm`, 30),
    ...plainText(value.deny, `${at}.deny`, 30),
  ]
}

const KINDS: Readonly<Record<string, Check>> = {
  header: (value, at) => [...only(value, at, ['type', 'block_id', 'text']), ...plainText(value.text, `${at}.text`, 150)],
  divider: (value, at) => only(value, at, ['type', 'block_id']),
  section: (value, at) => [
    ...only(value, at, ['type', 'block_id', 'text', 'fields', 'accessory', 'expand']),
    ...(value.text === undefined && value.fields === undefined ? [`${at}: neither text nor fields`] : []),
    ...(value.text === undefined ? [] : anyText(value.text, `${at}.text`, 3000)),
    ...(value.fields !== undefined && (list(value.fields).length < 1 || list(value.fields).length > 10) ? [`${at}: number of fields`] : []),
    ...list(value.fields).flatMap((field, index) => anyText(field, `${at}.fields[${index}]`, 2000)),
  ],
  context: (value, at) => [
    ...only(value, at, ['type', 'block_id', 'elements']),
    ...(list(value.elements).length < 1 || list(value.elements).length > 10 ? [`${at}: ${list(value.elements).length} elements`] : []),
    ...list(value.elements).flatMap((element, index) => anyText(element, `${at}.elements[${index}]`, 2000)),
  ],
  actions: (value, at) => {
    const elements = list(value.elements).filter(isObject)
    const ids = elements.map(({ action_id }) => action_id)
    return [
      ...only(value, at, ['type', 'block_id', 'elements']),
      ...(elements.length < 1 || elements.length > 25 ? [`${at}: ${elements.length} elements`] : []),
      ...(new Set(ids).size === ids.length ? [] : [`${at}: an action_id twice`]),
      ...elements.flatMap(
        (element, index) => ELEMENTS[String(element.type)]?.(element, `${at}.elements[${index}]`) ?? [`${at}: ${element.type}`],
      ),
    ]
  },
}

/** What Slack would refuse or cut of a message, each with where it stands; none for one that it takes as it is. */
export function problemsOf({ text: fallback, color, blocks }: ChatMessage): Problems {
  const ids = blocks.flatMap(({ block_id }) => (block_id === undefined ? [] : [block_id]))
  const size = JSON.stringify(blocks).length
  return [
    ...text(fallback, 'text', FALLBACK, 1),
    ...(/^#[0-9a-f]{6}$/.test(color) ? [] : [`color: ${color}`]),
    ...(blocks.length > BLOCKS || blocks.length === 0 ? [`${blocks.length} blocks`] : []),
    ...(new Set(ids).size === ids.length ? [] : ['a block_id twice']),
    ...(size > TOGETHER ? [`${size} characters together`] : []),
    ...blocks.flatMap((block, index) => {
      const at = `blocks[${index}]`
      const id = block.block_id === undefined ? [] : identifier(block.block_id, `${at}.block_id`)
      return [...id, ...(KINDS[block.type]?.(block, at) ?? [`${at}: ${block.type}`])]
    }),
  ]
}

const OURS: readonly RegExp[] = [
  /^!date\^\d{1,12}\^\{date_short_pretty\} \{time_secs\}\|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  /^https:\/\/attack\.mitre\.org\/(?:techniques\/T\d{4}(?:\/\d{3})?|tactics\/TA\d{4})\/\|[^<>|]{1,120}$/,
  /^https:\/\/creance\.example\/[^<>|\s]*\|Timeline$/,
  /^@U0ALICE$/,
]

/** What in a text of Slack's mrkdwn is not ours: a mention or a link, an end of a code span, a mark that formats, an emoji, a quote, an escape that is cut. */
export function strangersIn(mrkdwn: string): readonly string[] {
  const found: string[] = []
  const rest = mrkdwn.replace(/<([^<>]*)>/g, (whole, inside: string) => {
    if (!OURS.some((known) => known.test(inside))) found.push(`not ours: ${whole.slice(0, 80)}`)
    return ''
  })
  if (/[<>]/.test(rest)) found.push('a bare angle bracket')
  if (rest.replace(/&(?:amp|lt|gt);/g, '').includes('&')) found.push('an escape that is cut or missing')
  for (const line of rest.split('\n')) {
    if (/^\s*&gt;/.test(line)) found.push(`a quote: ${line.slice(0, 80)}`)
    const parts = line.split('`')
    if (parts.length % 2 === 0) found.push(`an unbalanced code span: ${line.slice(0, 80)}`)
    const words = parts.filter((_part, index) => index % 2 === 0).join('`x`')
    for (const mark of ['*', '_', '~']) {
      const free = words.replaceAll(`\u2060${mark}\u2060`, '')
      if (free.split(mark).length % 2 === 0) found.push(`a ${mark} that formats: ${line.slice(0, 80)}`)
    }
    if (/:[\w+'-]+:/.test(words)) found.push(`an emoji: ${line.slice(0, 80)}`)
  }
  return found
}

/** Every text of mrkdwn in the message. */
export function mrkdwnIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn)
  if (!isObject(value)) return []
  if (value.type === 'mrkdwn' && typeof value.text === 'string') return [value.text]
  return Object.values(value).flatMap(mrkdwnIn)
}
