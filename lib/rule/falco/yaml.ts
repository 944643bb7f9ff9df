import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type Scalar, type YAMLError } from 'yaml'
import { type FilePlace, LoadError } from './report.ts'
import { offsetInScalar } from './scalar-place.ts'

/** A YAML node as Falco's reader takes it: scalars are text as it is written, whatever type they look like. */
export type YamlNode = YamlScalar | YamlNull | YamlSequence | YamlMapping
export type YamlScalar = {
  readonly kind: 'scalar'
  readonly text: string
  readonly at: FilePlace
  /** Where a character of the text stands. */
  readonly placeOf: (offset: number) => FilePlace
}
export type YamlNull = { readonly kind: 'null'; readonly at: FilePlace }
export type YamlSequence = { readonly kind: 'sequence'; readonly items: readonly YamlNode[]; readonly at: FilePlace }
/** Of a key that is given twice, the first counts. */
export type YamlMapping = { readonly kind: 'mapping'; readonly entries: ReadonlyMap<string, YamlEntry>; readonly at: FilePlace }
export type YamlEntry = { readonly at: FilePlace; readonly value: YamlNode }

// Reading YAML takes some 3 s and 500 MB for 1 MiB of the worst text; the largest file of Falco's own rules has 0.1 MiB.
const LONGEST_TEXT = 1024 * 1024
const DEEPEST = 50

/** The documents of a YAML stream. Tags are ignored, merge keys are ordinary keys, aliases stand for what they name.
 *  Throws LoadError LOAD_ERR_YAML_PARSE at the first place that is not YAML, or is too large or too deep to be rules. */
export function readYaml(file: string, text: string): readonly YamlNode[] {
  if (text.length > LONGEST_TEXT) throw new LoadError('LOAD_ERR_YAML_PARSE', 'the file is larger than 1 MiB', { file, line: 1, column: 1 })
  const lines = new LineCounter()
  const place = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  refuseDepth(text, place, lines)
  try {
    const documents = [
      ...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, schema: 'failsafe', logLevel: 'silent' }),
    ]
    for (const { errors } of documents) {
      const error = errors.find(({ code }) => code !== 'TAG_RESOLVE_FAILED')
      if (error !== undefined) throw parseError(error, place)
    }
    return documents.flatMap(({ contents }) => (contents === null ? [] : [new Converter(text, place).convert(contents, 0)]))
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep({ file, line: 1, column: 1 })
    throw error
  }
}

/** Brackets alone are counted: a text that nests more deeply by indentation is quadratic in its depth, so its length bounds it. */
function refuseDepth(text: string, place: (offset: number) => FilePlace, lines: LineCounter): void {
  const deep = new RegExp(`[[{](?:[\\s,]*[[{]){${DEEPEST * 2}}`).exec(text)
  if (!deep) return
  lines.addNewLine(0)
  throw tooDeep(place(deep.index))
}

function parseError({ message, pos: [offset] }: YAMLError, place: (offset: number) => FilePlace): LoadError {
  return new LoadError('LOAD_ERR_YAML_PARSE', message, place(offset))
}

function tooDeep(at: FilePlace): LoadError {
  return new LoadError('LOAD_ERR_YAML_PARSE', 'the file is nested too deep', at)
}

/** Converts one document, in its order, so that an alias finds the anchor that was last set before it. */
class Converter {
  readonly #text: string
  readonly #place: (offset: number) => FilePlace
  readonly #anchors = new Map<string, YamlNode>()

  constructor(text: string, place: (offset: number) => FilePlace) {
    this.#text = text
    this.#place = place
  }

  convert(node: Node, depth: number): YamlNode {
    const at = this.#place(node.range?.[0] ?? 0)
    if (depth > DEEPEST) throw tooDeep(at)
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      if (target === undefined) throw new LoadError('LOAD_ERR_YAML_PARSE', `the referenced anchor '${node.source}' is not defined`, at)
      return target
    }
    const converted = this.#convertContent(node, at, depth + 1)
    const anchor = isScalar(node) || isSeq(node) || isMap(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, converted)
    return converted
  }

  #convertContent(node: Node, at: FilePlace, depth: number): YamlNode {
    if (isSeq(node)) return { kind: 'sequence', items: node.items.map((item) => this.convert(item as Node, depth)), at }
    if (isMap(node)) {
      const entries = new Map<string, YamlEntry>()
      for (const { key, value } of node.items) {
        const name = this.convert(key as Node, depth)
        const content = value === null ? ({ kind: 'null', at: name.at } as const) : this.convert(value as Node, depth)
        if (name.kind === 'scalar' && !entries.has(name.text)) entries.set(name.text, { at: name.at, value: content })
      }
      return { kind: 'mapping', entries, at }
    }
    return this.#convertScalar(node as Scalar, at)
  }

  #convertScalar(scalar: Scalar, at: FilePlace): YamlNode {
    const text = String(scalar.value ?? '')
    if (scalar.type === 'PLAIN' && scalar.tag === undefined && /^(?:~|null|Null|NULL)?$/.test(text)) return { kind: 'null', at }
    const [start, end] = scalar.range ?? [0, 0]
    return {
      kind: 'scalar',
      text,
      at,
      placeOf: (offset) => this.#place(start + offsetInScalar(this.#text.slice(start, end), text, offset)),
    }
  }
}
