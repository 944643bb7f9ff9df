/** The first value of a parameter in a URI's query, decoded (`+` is a blank); undefined where there is none, and where Go's `url.Parse`
 *  or `url.ParseQuery` would refuse the URI: a bad escape, a `;` in the query, a control character. */
export function queryParameter(uri: string, name: string): string | undefined {
  if (/[^ -~\u0080-\uffff]/.test(uri)) return undefined
  const hash = uri.indexOf('#')
  const address = hash < 0 ? uri : uri.slice(0, hash)
  const mark = address.indexOf('?')
  if (mark < 0 || hasBadEscape(uri)) return undefined
  const query = address.slice(mark + 1)
  if (query.includes(';')) return undefined
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (decode(equals < 0 ? pair : pair.slice(0, equals)) === name) return equals < 0 ? '' : decode(pair.slice(equals + 1))
  }
  return undefined
}

function hasBadEscape(text: string): boolean {
  return text.includes('%') && /%(?![0-9a-fA-F]{2})/.test(text)
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  return spaced.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString())
}
