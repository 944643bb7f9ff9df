import { parseCondition } from './parse.ts'

/** The names of the fields that a condition reads, with their arguments, each once; none of one that does not parse. */
export function fieldsIn(condition: string): readonly string[] {
  try {
    return [...new Set(namesIn(parseCondition(condition)))]
  } catch {
    return [] // who compiles it says what is wrong with it
  }
}

function namesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(namesIn)
  if (typeof node !== 'object' || node === null) return []
  if ('kind' in node && node.kind === 'field' && 'name' in node) {
    return [`${node.name}${'argument' in node && node.argument !== undefined ? `[${node.argument}]` : ''}`]
  }
  return Object.values(node).flatMap(namesIn)
}
