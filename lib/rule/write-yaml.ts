import { Document, isScalar, visit } from 'yaml'

/** Objects as one YAML text, a document each, under comment lines; lists of plain values on one line. */
export function yamlText(objects: readonly object[], comments: readonly string[] = []): string {
  const head = comments.map((line) => `# ${line}`.trimEnd()).join('\n')
  return `${head === '' ? '' : `${head}\n`}${objects.map(documentText).join('---\n')}`
}

function documentText(object: object): string {
  const document = new Document(object, { aliasDuplicateObjects: false })
  visit(document, {
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true
    },
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
