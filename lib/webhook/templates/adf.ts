/** A node of the Atlassian Document Format. */
export type AdfNode = { readonly type: string; readonly [key: string]: unknown }

/** A document. Its texts are shown as they are: nothing in a text node can format, link or mention. Source: Atlassian, "Document structure" of ADF 1. */
export function document(content: readonly AdfNode[]): AdfNode {
  return { type: 'doc', version: 1, content }
}

export function heading(words: string): AdfNode {
  return { type: 'heading', attrs: { level: 3 }, content: [text(words)] }
}

export function paragraph(words: string): AdfNode {
  return { type: 'paragraph', content: [text(words)] }
}

export function link(words: string, href: string): AdfNode {
  return { type: 'paragraph', content: [{ ...text(words), marks: [{ type: 'link', attrs: { href } }] }] }
}

export function bullets(lines: readonly string[]): readonly AdfNode[] {
  if (lines.length === 0) return []
  return [{ type: 'bulletList', content: lines.map((line) => ({ type: 'listItem', content: [paragraph(line)] })) }]
}

export function codeBlock(lines: string): AdfNode {
  return { type: 'codeBlock', content: [text(lines)] }
}

/** An empty text node is not allowed. */
function text(words: string): AdfNode {
  return { type: 'text', text: words === '' ? ' ' : words }
}
