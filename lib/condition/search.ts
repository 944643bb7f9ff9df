const SHORT = 256

/** Whether `part` occurs in `text`, in linear time whatever they are: the engine's own search takes length times length on hostile
 *  ones, 40 seconds for half a megabyte. */
export function containsText(text: string, part: string): boolean {
  if (part.length <= SHORT) return text.includes(part)
  if (part.length > text.length) return false
  const borders = bordersOf(part)
  let matched = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0
    if (part.charCodeAt(matched) === code) matched += 1
    if (matched === part.length) return true
  }
  return false
}

/** For each beginning of `part`, how much of it is also its end. Source: Knuth, Morris and Pratt. */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length)
  let matched = 0
  for (let at = 1; at < part.length; at++) {
    const code = part.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0
    if (part.charCodeAt(matched) === code) matched += 1
    borders[at] = matched
  }
  return borders
}
