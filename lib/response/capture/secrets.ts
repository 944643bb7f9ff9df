import { keyBlock, keyBlockEnd } from './key-block.ts'
import {
  alphanumeric,
  authorityEnd,
  base64,
  blank,
  type CharacterSet,
  delimiter,
  delimiterOrMark,
  equals,
  type Found,
  lineEnd,
  name,
  not,
  path,
  quotes,
  type Scan,
  token,
  upper,
  word,
} from './scan.ts'

/** One way in which secrets are written: where one of these literals stands (in any case), at `at` to `end`, `find` looks for the secret. What it
 *  looks at in vain is short, or no other literal can begin there: so a text is walked over a few times at most. */
export type SecretShape = {
  readonly literals: readonly string[]
  readonly find: (scan: Scan, at: number, end: number) => Found | undefined
}

const KEY_WORDS = ['api', 'access', 'account', 'private', 'signing', 'encryption'].flatMap((of) => [`${of}key`, `${of}_key`, `${of}-key`])
/** Words that name a secret where something is assigned to them: `db_password=`, `"apiKey":`, `--auth-token`. */
export const SECRET_WORDS: readonly string[] = ['passw', 'passphrase', 'pwd', 'secret', 'token', 'credential', ...KEY_WORDS]

export const SECRET_SHAPES: readonly SecretShape[] = [
  { literals: ['-----begin '], find: keyBlock },
  { literals: ['-----end '], find: keyBlockEnd },
  { literals: SECRET_WORDS, find: assigned },
  { literals: ['authorization'], find: (scan, _at, end) => header(scan, end, 'authorization') },
  { literals: ['cookie'], find: (scan, _at, end) => header(scan, end, 'cookie') },
  { literals: ['bearer '], find: (scan, _at, end) => run(scan, { kind: 'bearer token', from: end, set: token, least: 8 }) },
  { literals: ['basic '], find: basic },
  { literals: ['-u', '--user'], find: userFlag },
  { literals: ['://'], find: urlUser },
  {
    literals: ['signature=', 'sig='],
    find: (scan, _at, end) => run(scan, { kind: 'signature', from: end, set: not(delimiterOrMark), least: 8 }),
  },
  { literals: ['hooks.slack.com/'], find: (scan, _at, end) => run(scan, { kind: 'slack webhook', from: end, set: path, least: 8 }) },
  { literals: ['akia', 'asia', 'abia', 'acca'], find: awsKey },
  { literals: ['eyj'], find: jwt },
  { literals: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'], find: prefixed('github token', 20) },
  { literals: ['glpat-', 'glrt-', 'gldt-', 'glptt-', 'glcbt-'], find: prefixed('gitlab token', 20) },
  {
    literals: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxc-', 'xoxd-', 'xoxe.', 'xapp-'],
    find: prefixed('slack token', 10, name),
  },
  { literals: ['aiza'], find: prefixed('api key', 35) },
  { literals: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'dop_v1_', 'npm_', 'sk-'], find: prefixed('api key', 16) },
]

/** `password=…`, `"token": "…"`, `api_key: '…'`, JSON within JSON; and `--password …`. */
function assigned(scan: Scan, at: number, end: number): Found | undefined {
  const kind = 'assigned value'
  const tail = scan.run(end, name, 40)
  const from = valueAfter(scan, tail)
  if (from !== undefined) {
    if (scan.is(from, '/') && scan.text.slice(at, end).toLowerCase() === 'pwd') return undefined // a shell's working directory
    return valueAt(scan, from, kind)
  }
  const flag = scan.back(at, word, 40)
  const value = scan.run(tail, blank, 4)
  const isFlag = scan.is(flag, '-') && scan.begins(flag, not(delimiter))
  if (value === tail || !isFlag || scan.is(value, '-')) return undefined
  return valueAt(scan, value, kind)
}

/** After a name: its closing quotation mark if there is one, then `=`, `:`, `:=` or `=>`: where the value begins. */
function valueAfter(scan: Scan, at: number): number | undefined {
  const sign = scan.run(scan.run(at, quotes, 8), blank, 4)
  const isAssigned = scan.is(sign, '=') || scan.is(sign, ':')
  if (!isAssigned) return undefined
  const signEnd = scan.is(sign, '=>') || scan.is(sign, ':=') ? sign + 2 : sign + 1
  return scan.run(signEnd, blank, 4)
}

/** A value up to its closing quotation mark, or the line's end where it has none; without quotation marks, up to the next delimiter. */
function valueAt(scan: Scan, at: number, kind: string): Found | undefined {
  const from = scan.run(at, quotes, 8)
  const quote = from > at ? scan.text.charAt(from - 1) : ''
  if (quote === '' || quote === '\\') return run(scan, { kind, from, set: not(delimiter), least: 1 })
  const escapes = scan.text.slice(at, from - 1)
  let to = from
  for (;;) {
    to = scan.run(to, (code) => code !== quote.charCodeAt(0) && !lineEnd(code) && code !== 0x5c)
    if (!scan.is(to, '\\')) break
    // In a string of JSON, `\"` belongs to the value; in one within another, `\"` ends it
    if (escapes !== '' && scan.is(to, escapes + quote)) break
    to = Math.min(to + 2, scan.text.length)
  }
  return to > from ? { kind, from, to } : undefined
}

/** A header's value, or all cookies: the rest of the line, or of the quoted text. */
function header(scan: Scan, end: number, kind: string): Found | undefined {
  const value = valueAfter(scan, end)
  if (value === undefined) return undefined
  const from = scan.run(value, quotes, 8)
  return run(scan, { kind, from, set: (code) => !lineEnd(code) && !quotes(code), least: 1 })
}

/** `Basic dXNlcjpwYXNz`: padded, or too long for a word. */
function basic(scan: Scan, _at: number, end: number): Found | undefined {
  const body = scan.run(end, base64)
  const to = scan.run(body, equals, 2)
  return to - end >= 20 || (to > body && to - end >= 8) ? { kind: 'basic credentials', from: end, to } : undefined
}

/** `curl -u user:password`. */
function userFlag(scan: Scan, at: number, end: number): Found | undefined {
  const value = scan.run(end, (code) => blank(code) || equals(code), 4)
  if (value === end || !scan.begins(at, not(delimiter))) return undefined
  const from = scan.run(value, quotes, 1)
  const to = scan.run(from, not(delimiterOrMark))
  return scan.text.slice(from, to).includes(':') ? { kind: 'basic credentials', from, to } : undefined
}

/** `scheme://user:password@host`. */
function urlUser(scan: Scan, _at: number, end: number): Found | undefined {
  const to = scan.text.slice(end, scan.run(end, not(authorityEnd))).lastIndexOf('@')
  return to > 0 ? { kind: 'user in a url', from: end, to: end + to } : undefined
}

function awsKey(scan: Scan, at: number): Found | undefined {
  const to = scan.run(at, upper, 21)
  return to - at === 20 && scan.begins(at, alphanumeric) ? { kind: 'aws access key', from: at, to } : undefined
}

/** Three parts of base64url, the last one perhaps empty; a JWE has five. */
function jwt(scan: Scan, at: number, end: number): Found | undefined {
  if (!scan.begins(at, word) || !scan.is(at, 'eyJ')) return undefined
  const first = scan.run(end, word)
  if (!scan.is(first, '.')) return undefined
  const second = scan.run(first + 1, word)
  if (second - first < 8) return undefined
  let to = second
  for (let more = 0; more < 3 && scan.is(to, '.'); more++) to = scan.run(to + 1, word)
  return { kind: 'jwt', from: at, to }
}

function prefixed(kind: string, least: number, set: CharacterSet = word): SecretShape['find'] {
  return (scan, at, end) => {
    if (!scan.begins(at, word)) return undefined
    const found = run(scan, { kind, from: end, set, least })
    return found && { ...found, from: at }
  }
}

function run(
  scan: Scan,
  { kind, from: at, set, least }: { readonly kind: string; readonly from: number; readonly set: CharacterSet; readonly least: number },
): Found | undefined {
  const from = scan.run(at, blank, 4)
  const to = scan.run(from, set)
  return to - from >= least ? { kind, from, to } : undefined
}
