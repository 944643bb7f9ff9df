import type { Budget } from './budget.ts'
import type { ListState, ListValue, State } from './state.ts'

/** A list as it is put into a text: `order` is its place among the definitions. */
export type PutList = {
  readonly name: string
  readonly order: number
  readonly items: readonly ListValue[]
  /** The items as text, and where in it each begins. */
  readonly text: string
  readonly starts: readonly number[]
}
export type PutLists = {
  readonly byName: ReadonlyMap<string, PutList>
  /** Those with a name that can stretch over several words. */
  readonly ofSeveralWords: readonly PutList[]
  /** Names of lists that are items of another. */
  readonly used: ReadonlySet<string>
}

/** What an item of a list, and a character of a new text, cost beside a character that is only looked at. */
export const ITEM_COST = 30
export const MADE_COST = 4

const DELIMITERS = /[ \t\n\r(),=]+/

/** The lists with the items of other lists in them: of those that were first defined before this one's last change, their own items
 *  and no further. */
export function putLists({ lists, budget }: Pick<State, 'lists' | 'budget'>): PutLists {
  const byName = new Map<string, PutList>()
  const used = new Set<string>()
  for (const list of lists.values()) {
    const items = list.items.flatMap((item) => {
      const inner = lists.get(item.text)
      if (inner === undefined || inner.since >= list.until) return [item]
      used.add(inner.name)
      budget.spend(inner.items.length * ITEM_COST)
      return inner.items
    })
    byName.set(list.name, { name: list.name, order: byName.size, items, ...joinItems(items) })
    budget.spend(list.items.length * ITEM_COST)
  }
  return { byName, ofSeveralWords: [...byName.values()].filter(({ name }) => DELIMITERS.test(name)), used }
}

/** A text in quotes if it holds a space and does not begin with a quote. */
export function quoteItem(text: string): string {
  return text.includes(' ') && !/^["']/.test(text) ? `"${text}"` : text
}

/** An empty text before all others leaves no trace, as in Falco. */
function joinItems(items: ListState['items']): Pick<PutList, 'text' | 'starts'> {
  const parts: string[] = []
  const starts: number[] = []
  let length = 0
  for (const { text } of items) {
    const quoted = quoteItem(text)
    const separator = length === 0 ? '' : ', '
    starts.push(length + separator.length)
    parts.push(separator, quoted)
    length += separator.length + quoted.length
  }
  return { text: parts.join(''), starts }
}

/** A list put in for its name. Offsets: `from` of the text before, `start` to `end` of the text after. */
export type Edit = { readonly list: PutList; readonly from: number; readonly to: number; readonly start: number; readonly end: number }
export type Substituted = { readonly text: string; readonly passes: readonly (readonly Edit[])[]; readonly used: ReadonlySet<string> }

/** Puts every list in for its name, wherever that stands alone between blanks, `( ) , =` or the ends: each list once, in order of
 *  definition, so that a list can bring in the name of a later one. Quotes are not looked at. Source: Falco's rule loader. */
export function substituteLists(text: string, lists: PutLists, budget: Budget): Substituted {
  const waiting = new Set(lists.ofSeveralWords)
  const used = new Set<string>()
  const passes: Edit[][] = []
  let current = text
  let order = -1
  const follow = (words: string) => {
    budget.spend(words.length)
    for (const word of words.split(DELIMITERS)) {
      const list = lists.byName.get(word)
      if (list !== undefined && list.order > order) waiting.add(list)
    }
  }
  follow(text)
  while (waiting.size > 0) {
    budget.spend(waiting.size + current.length)
    const list = [...waiting].reduce((first, other) => (other.order < first.order ? other : first))
    waiting.delete(list)
    order = list.order
    const replaced = replaceName(current, list, budget)
    if (replaced.edits.length === 0) continue
    current = replaced.text
    passes.push(replaced.edits)
    used.add(list.name)
    follow(list.text)
  }
  return { text: current, passes, used }
}

/** Where a character of the text after substitution comes from: an item of a list, or an offset in the text before. */
export function traceSubstituted(passes: Substituted['passes'], offset: number): ListValue | number {
  let current = offset
  for (const edits of passes.toReversed()) {
    const edit = edits.findLast(({ start }) => start <= current)
    if (edit === undefined) continue
    if (current < edit.end) {
      const index = edit.list.starts.findLastIndex((start) => start <= current - edit.start)
      return edit.list.items[Math.max(index, 0)] ?? edit.from
    }
    current = Math.max(edit.to, edit.to + current - edit.end - 1)
  }
  return current
}

function replaceName(text: string, list: PutList, budget: Budget): { text: string; edits: Edit[] } {
  const { name } = list
  const edits: Edit[] = []
  const result = new Pieces()
  let rest = 0 // what stands before it in `text` is done
  for (let found = text.indexOf(name); found >= 0; found = text.indexOf(name, Math.max(found + 1, rest))) {
    const after = found + name.length
    if (!isBounded(text, found, after)) continue
    budget.spend(list.text.length * MADE_COST)
    let end = found
    while (end > rest && isBlank(text[end - 1])) end -= 1
    let next = after
    while (isBlank(text[next])) next += 1
    result.add(text.slice(rest, end))
    // Without items, the name also takes a comma beside it.
    const takesComma = list.items.length === 0 && !result.dropComma() && text[next] === ','
    if (takesComma) next += 1
    result.separate()
    const start = result.length
    result.add(list.text)
    edits.push({ list, from: found, to: next, start, end: result.length })
    result.separate()
    rest = next
  }
  result.add(text.slice(rest))
  return { text: result.toString(), edits }
}

/** A text that grows at its end, without being copied each time. */
class Pieces {
  readonly #pieces: string[] = []
  length = 0

  add(piece: string): void {
    if (piece === '') return
    this.#pieces.push(piece)
    this.length += piece.length
  }

  /** One blank at the end, unless there is nothing yet or it has one. */
  separate(): void {
    if (this.length > 0 && this.#pieces.at(-1) !== ' ') this.add(' ')
  }

  /** Takes away a comma at the end, and the blank behind it; false where there is none. */
  dropComma(): boolean {
    const blank = this.#pieces.at(-1) === ' '
    const last = this.#pieces.at(blank ? -2 : -1)
    if (last === undefined || !last.endsWith(',')) return false
    this.length -= blank ? 2 : 1
    this.#pieces.splice(blank ? -2 : -1, 2)
    if (last.length > 1) this.#pieces.push(last.slice(0, -1))
    return true
  }

  toString(): string {
    return this.#pieces.join('')
  }
}

function isBounded(text: string, start: number, end: number): boolean {
  return (start === 0 || DELIMITERS.test(text[start - 1] ?? '')) && (end === text.length || DELIMITERS.test(text[end] ?? ''))
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r'
}
