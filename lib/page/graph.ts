import { html } from 'hono/html'
import { latestPod } from '../incident/incident.ts'
import type { Story } from './story.ts'
import { type Html, shown } from './text.ts'

/** `level`: how far to the right; `above`: which one it hangs from; `edge`: what it is to that one. */
type Vertex = {
  readonly kind: string
  readonly name: string
  readonly level: number
  readonly above?: number
  readonly edge?: string
  readonly isHere?: boolean
}

const WIDTH = 340
const BOX = 44
const GAP = 26
const INDENT = 30
/** So many characters of the font fit in a box that is not indented. */
const FITS = 40

/** The pod, what owns it, where it runs and as whom, drawn from top to bottom so that a phone shows it whole; and the same in words. */
export function graph(story: Story): Html {
  const vertices = verticesOf(story)
  if (vertices.length === 0) return html`<p>No pod is named in what was seen.</p>`
  const height = vertices.length * (BOX + GAP) - GAP + 4
  const sentences = sentencesOf(vertices)
  return html`<svg class="graph" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="graph-title graph-words"><title id="graph-title">What the pod belongs to</title>
<desc id="graph-words">${sentences.join('. ')}</desc>${vertices.map((vertex, at) => drawn(vertex, at))}</svg>
<details><summary>The same in words</summary><ul>${sentences.map((sentence) => html`<li><bdi>${sentence}</bdi></li>`)}</ul></details>`
}

function verticesOf({ incident, context }: Story): readonly Vertex[] {
  const last = latestPod(incident)
  const pod = context?.of ?? (last && `${last.namespace}/${last.pod}`)
  if (pod === undefined) return []
  const owners = (context?.owners ?? []).toReversed()
  const above = owners.map(({ kind, name }, at): Vertex => ({ kind, name, level: 0, ...(at > 0 ? { above: at - 1, edge: 'owns' } : {}) }))
  const here = above.length
  const node = context?.node?.name ?? last?.node
  const account = context?.account?.name ?? context?.pod?.serviceAccount
  const role = context?.account?.cloudRole
  const vertices: Vertex[] = [
    ...above,
    { kind: 'Pod', name: pod, level: 0, isHere: true, ...(here > 0 ? { above: here - 1, edge: 'owns' } : {}) },
  ]
  if (node) vertices.push({ kind: 'Node', name: node, level: 1, above: here, edge: 'runs on' })
  if (account) vertices.push({ kind: 'ServiceAccount', name: account, level: 1, above: here, edge: 'acts as' })
  if (account && role) vertices.push({ kind: 'role', name: role, level: 2, above: vertices.length - 1, edge: 'acts in the cloud as' })
  return vertices
}

/** `Pod a/b runs on Node c`. */
function sentencesOf(vertices: readonly Vertex[]): readonly string[] {
  const words = ({ kind, name }: Vertex) => `${shown(kind, 63)} ${shown(name, 400)}`
  const sentences = vertices.flatMap((vertex) => {
    const from = vertex.above === undefined ? undefined : vertices[vertex.above]
    return from ? [`${words(from)} ${vertex.edge} ${words(vertex)}`] : []
  })
  const [only] = vertices
  return sentences.length > 0 || !only ? sentences : [`${words(only)}: nothing more is known`]
}

function drawn({ kind, name, level, above, edge, isHere }: Vertex, at: number): Html {
  const [x, y] = [level * INDENT + 2, at * (BOX + GAP) + 2]
  const fits = FITS - level * 4
  const text = shown(name, 1000)
  return html`<g class="${isHere ? 'here' : 'other'}">${above === undefined ? '' : line({ x, y, level, above })}<rect x="${x}" y="${y}" width="${WIDTH - x - 2}" height="${BOX}" rx="6"/>
<text class="kind" x="${x + 10}" y="${y + 17}">${edge && level > 0 ? `${edge} ` : ''}${shown(kind, 40)}</text><text x="${x + 10}" y="${y + 35}">${middleCut(text, fits)}</text></g>`
}

type Line = { readonly x: number; readonly y: number; readonly level: number; readonly above: number }

/** Straight down from an owner; from the side to what hangs from the pod. */
function line({ x, y, level, above }: Line): Html {
  const fromY = above * (BOX + GAP) + 2 + BOX
  if (level === 0) return html`<path d="M 22 ${fromY} V ${y}"/><text class="kind" x="30" y="${y - 8}">owns</text>`
  const sideX = (level - 1) * INDENT + 2 + 12
  return html`<path d="M ${sideX} ${fromY} V ${y + BOX / 2} H ${x}"/>`
}

/** The beginning and the end of a name say most. */
function middleCut(text: string, most: number): string {
  const letters = [...text]
  if (letters.length <= most) return text
  const half = Math.floor((most - 1) / 2)
  return `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`
}
