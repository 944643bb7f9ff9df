import { type Counts, mark, redactText } from './redact-text.ts'
import { SECRET_WORDS } from './secrets.ts'

const MAX_DEPTH = 40
const MAX_ENTRIES = 1000
const MAX_TEXT = 16_384
const MAX_ANNOTATION = 1024

/** Copies of these hold what is left out elsewhere. */
const WHOLE_OBJECTS = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'objectset.rio.cattle.io/applied'])
/** Names as Kubernetes and registries allow them, in which a word such as `token-service:1.2` is no secret. */
const PLAIN = new Set(['apiVersion', 'containerID', 'image', 'imageID', 'kind', 'manager', 'name', 'namespace', 'resourceVersion', 'uid'])
const SECRET_NAME = new RegExp(`${SECRET_WORDS.join('|')}|authorization|cookie`, 'i')
/** Ends of a field's name whose value is the secret itself, not the name of one (`secretName`). */
const SECRET_FIELD = /(?:password|passwd|passphrase|pwd|token|credentials?|(?:api|access|private|secret)[_-]?key)$/i

/** Any JSON without what looks like a secret: values of environment variables (their names and where they come from stay), annotations that are
 *  large or look secret, values after a flag such as `--password`, and whatever redactText finds in a text. What is too large or too deep is cut, and
 *  says so. Never throws, whatever the shape. */
export function redact(value: unknown, counts: Counts): unknown {
  return walk(value, { counts, field: '', depth: 0 })
}

type Place = { readonly counts: Counts; readonly field: string; readonly depth: number }

function walk(value: unknown, { counts, field, depth }: Place): unknown {
  if (typeof value === 'string') return PLAIN.has(field) && value.length <= 512 ? value : cut(redactText(value, counts).text)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '«cut: too deep»'
  const inner = (one: unknown, at = field) => walk(one, { counts, field: at, depth: depth + 1 })
  if (Array.isArray(value)) {
    const items = value
      .slice(0, MAX_ENTRIES)
      .map((item, index) => (followsFlag(value[index - 1], item) ? mark('argument', counts) : inner(item)))
    return value.length > MAX_ENTRIES ? [...items, `«cut: ${value.length - MAX_ENTRIES} more»`] : items
  }
  const all = Object.entries(value)
  const entries = all.slice(0, MAX_ENTRIES).map(([key, one]): [string, unknown] => {
    const kind = typeof one === 'string' ? kindOf(key, one, value, field) : undefined
    return [key, kind ? mark(kind, counts) : inner(one, key)]
  })
  return Object.fromEntries(all.length > MAX_ENTRIES ? [...entries, ['«cut»', `${all.length - MAX_ENTRIES} more`]] : entries)
}

/** Why a field's text is left out as a whole; undefined: it is not. `field`: that of the object it stands in. */
function kindOf(key: string, text: string, object: object, field: string): string | undefined {
  if (text === '' || text.startsWith('«redacted: ')) return undefined
  if (field === 'annotations') {
    if (WHOLE_OBJECTS.has(key)) return 'copy of the object'
    if (text.length > MAX_ANNOTATION) return 'large annotation'
    return SECRET_NAME.test(key) ? 'annotation' : undefined
  }
  if (key === 'value' && field === 'env') return 'environment value'
  if (key === 'value' && 'name' in object && typeof object.name === 'string' && SECRET_NAME.test(object.name)) return 'named value'
  return SECRET_FIELD.test(key) && field !== 'labels' ? 'field' : undefined
}

/** Whether an argument is the value of the flag before it: `--password x`, `-u user:password`. */
function followsFlag(flag: unknown, argument: unknown): boolean {
  if (typeof flag !== 'string' || typeof argument !== 'string' || flag.length > 100) return false
  if (argument === '' || argument.startsWith('-') || argument.startsWith('«redacted: ')) return false
  if (flag === '-u' || flag === '--user') return argument.includes(':')
  return /^-[\w-]+$/.test(flag) && SECRET_NAME.test(flag)
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}«cut: ${text.length - MAX_TEXT} more characters»` : text
}
