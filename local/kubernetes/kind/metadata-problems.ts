import type { Cause } from '../cause.ts'
import type { ApiObject, OwnerReference } from '../object.ts'
import type { Kind } from './kind.ts'

const MOST_ANNOTATION_BYTES = 256 * 1024
const ENDS = 'and must start and end with an alphanumeric character'
const BODY = `consist of alphanumeric characters, '-', '_' or '.', ${ENDS}`

/** A form that a name must have: its length, a regular expression, and the API server's words for it. */
type Form = { readonly most: number; readonly unit: 'characters' | 'bytes'; readonly pattern: string; readonly says: string }

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DNS_LABEL: Form = {
  most: 63,
  unit: 'characters',
  pattern: LABEL,
  says: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ${ENDS} (e.g. 'my-name',  or '123-abc'`,
}
const DNS_SUBDOMAIN: Form = {
  most: 253,
  unit: 'characters',
  pattern: `${LABEL}(\\.${LABEL})*`,
  says: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', ${ENDS} (e.g. 'example.com'`,
}
const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const KEY_NAME: Form = {
  most: 63,
  unit: 'bytes',
  pattern: NAME,
  says: `name part must ${BODY} (e.g. 'MyName',  or 'my.name',  or '123-abc'`,
}
const KEY_PREFIX: Form = { ...DNS_SUBDOMAIN, says: `prefix part ${DNS_SUBDOMAIN.says}` }
const LABEL_VALUE: Form = {
  most: 63,
  unit: 'bytes',
  pattern: `(${NAME})?`,
  says: `a valid label must be an empty string or ${BODY} (e.g. 'MyValue',  or 'my_value',  or '12345'`,
}

/** What is wrong with an object's name, labels, annotations and owners, in the API server's words.
 *  Source: k8s.io/apimachinery/pkg/util/validation. */
export function metadataProblems({ metadata }: ApiObject, kind: Kind): readonly Cause[] {
  const { name, labels = {}, annotations = {}, ownerReferences = [] } = metadata
  return [
    ...nameProblems(name, kind),
    ...Object.entries(labels).flatMap(([key, value]) => [
      ...keyProblems('metadata.labels', key),
      ...formProblems('metadata.labels', value, LABEL_VALUE),
    ]),
    ...Object.keys(annotations).flatMap((key) => keyProblems('metadata.annotations', key)),
    ...annotationSize(annotations),
    ...ownerReferences.flatMap(ownerProblems),
  ]
}

function nameProblems(name: string, { nameIs }: Kind): readonly Cause[] {
  const field = 'metadata.name'
  if (name === '') return [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field }]
  if (nameIs === 'path segment') return pathSegmentProblems(field, name)
  if (nameIs !== 'label') return formProblems(field, name, DNS_SUBDOMAIN)
  return name.includes('.') ? [invalidValue(field, name, 'must not contain dots')] : formProblems(field, name, DNS_LABEL)
}

function pathSegmentProblems(field: string, name: string): readonly Cause[] {
  if (name === '.' || name === '..') return [invalidValue(field, name, `may not be '${name}'`)]
  return ['/', '%'].filter((one) => name.includes(one)).map((one) => invalidValue(field, name, `may not contain '${one}'`))
}

function keyProblems(field: string, key: string): readonly Cause[] {
  const parts = key.split('/')
  const [prefix, name = key] = parts.length === 2 ? parts : [undefined, key]
  const inPrefix = prefix === undefined ? [] : formProblems(field, key, KEY_PREFIX, prefix)
  return [...inPrefix, ...formProblems(field, key, KEY_NAME, name)]
}

function annotationSize(annotations: Readonly<Record<string, string>>): readonly Cause[] {
  const bytes = Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  const message = `Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes`
  return bytes > MOST_ANNOTATION_BYTES ? [{ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' }] : []
}

function ownerProblems({ apiVersion, kind, name, uid }: OwnerReference): readonly Cause[] {
  const missing = Object.entries({ apiVersion, kind, name, uid }).filter(([, value]) => value === '')
  return missing.map(([key]) =>
    invalidValue(`metadata.ownerReferences.${key}`, '', key === 'apiVersion' ? 'version must not be empty' : 'must not be empty'),
  )
}

/** `part` is what of the value must have the form. */
function formProblems(field: string, value: string, { most, unit, pattern, says }: Form, part = value): readonly Cause[] {
  if (part.length > most) return [invalidValue(field, value, `must be no more than ${most} ${unit}`)]
  const isFine = new RegExp(`^${pattern}$`).test(part)
  return isFine ? [] : [invalidValue(field, value, `${says}, regex used for validation is '${pattern}')`)]
}

function invalidValue(field: string, value: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field }
}
