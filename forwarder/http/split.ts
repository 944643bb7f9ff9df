import { isJson } from '../../lib/detection/json.ts'

const ALERTS_MAX = 10_000

/** The alerts' own texts in a body: one JSON object, however it is printed; a JSON array of them; or JSON lines. `undefined`: more than 10,000.
 *  A text that is no JSON is returned as it is, for whoever reads it to refuse. Never throws. */
export function splitBody(body: string): readonly string[] | undefined {
  const text = body.trim()
  if (text.startsWith('[') && isJson(text)) return arrayItems(text)
  if (!text.includes('\n') || isJson(text)) return [text]
  const lines = text.split('\n', ALERTS_MAX * 2).map((line) => line.trim())
  const filled = lines.filter((line) => line !== '')
  return lines.length === ALERTS_MAX * 2 || filled.length > ALERTS_MAX ? undefined : filled
}

/** The texts of the items of a JSON array, byte for byte: what JSON.parse and stringify would make of them is not what was sent. */
function arrayItems(array: string): readonly string[] | undefined {
  const items: string[] = []
  let depth = 0
  let start = 1
  const close = (end: number): void => {
    const item = array.slice(start, end).trim()
    if (item !== '') items.push(item)
    start = end + 1
  }
  for (let at = 0; at < array.length && items.length <= ALERTS_MAX; at++) {
    const character = array[at]
    if (character === '"') at = endOfString(array, at)
    else if (character === '[' || character === '{') depth++
    else if (character === ',' && depth === 1) close(at)
    else if (character === ']' || character === '}') {
      depth--
      if (depth === 0) close(at)
    }
  }
  return items.length > ALERTS_MAX ? undefined : items
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
