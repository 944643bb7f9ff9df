import { compileGlob, looksLikeGlob } from './glob.ts'

/** Whether one of `patterns` is a prefix of a path, component by component; empty components do not count, so `/` and `""` are a
 *  prefix of every path. A component with `? * [` is a glob of one component. Source: Falco's `pmatch`. */
export function compilePathMatch(patterns: readonly string[]): (path: string) => boolean {
  const root = makeNode()
  for (const pattern of patterns) addPattern(root, pattern.split('/').filter(Boolean))
  return (path) => reachesEnd(root, path, 0)
}

/** A place in the tree of patterns; `ends` when a pattern ends here. */
type Node = { ends: boolean; readonly names: Map<string, Node>; readonly globs: Map<string, Glob> }
type Glob = { readonly matches: (name: string) => boolean; readonly node: Node }

function makeNode(): Node {
  return { ends: false, names: new Map(), globs: new Map() }
}

function addPattern(node: Node, [component, ...rest]: readonly string[]): void {
  if (component === undefined) node.ends = true
  else if (looksLikeGlob(component)) {
    const glob = node.globs.get(component) ?? { matches: compileGlob(component, { ignoreCase: false }), node: makeNode() }
    node.globs.set(component, glob)
    addPattern(glob.node, rest)
  } else {
    const next = node.names.get(component) ?? makeNode()
    node.names.set(component, next)
    addPattern(next, rest)
  }
}

// Each node of the tree is visited at most once, and the path is cut no further than the patterns go.
function reachesEnd(node: Node, path: string, from: number): boolean {
  if (node.ends) return true
  let start = from
  while (path[start] === '/') start += 1
  if (start >= path.length) return false
  const slash = path.indexOf('/', start)
  const end = slash < 0 ? path.length : slash
  const name = path.slice(start, end)
  const next = node.names.get(name)
  if (next !== undefined && reachesEnd(next, path, end)) return true
  for (const { matches, node: below } of node.globs.values()) {
    if (matches(name) && reachesEnd(below, path, end)) return true
  }
  return false
}
