const MOST_EDITS = 3
const LONGEST_NAME = 100

/** The known name that is nearest to a mistyped one, by insertions, deletions and replacements; undefined when none is near. */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let edits = Math.min(MOST_EDITS, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= edits || name.length > LONGEST_NAME) continue
    const distance = editDistance(name, candidate)
    if (distance < edits) {
      nearest = candidate
      edits = distance
    }
  }
  return nearest
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 0; i < left.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < right.length; j++) {
      const replaced = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
