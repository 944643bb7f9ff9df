import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FALCO_FIELDS } from '../../../../lib/condition/fields/falco.ts'
import { jsonFields } from '../../../../lib/condition/fields/json.ts'
import { parseTemplate } from '../../../../lib/condition/output/parse.ts'
import { printArgument } from '../../../../lib/condition/print.ts'
import { failureOf } from '../matching.ts'

const FALCO = jsonFields({ strict: true })
const parse = (template: string) => parseTemplate(template, FALCO)
const parts = (template: string) =>
  parse(template).parts.map((part) => (typeof part === 'string' ? part : `<${part.width || ''}${printArgument(part.operand)}>`))

test.each([
  { template: 'no field at all', read: ['no field at all'] },
  { template: 'start%proc.nameand%thread.tidend', read: ['start', '<proc.name>', 'and', '<thread.tid>', 'end'] },
  { template: '%proc.name%proc.pid', read: ['<proc.name>', '<proc.pid>'] },
  { template: '%10proc.name', read: ['<10proc.name>'] },
  { template: '%0proc.name', read: ['<proc.name>'] },
  { template: '%proc.name.', read: ['<proc.name>', '.'] },
  { template: '%proc.name=x', read: ['<proc.name>', '=x'] },
  { template: '%ka.verband', read: ['<ka.verb>', 'and'] },
  { template: '%ka.user.name[0]', read: ['<ka.user.name>', '[0]'] },
  { template: '%ka.uri.param[x]', read: ['<ka.uri.param[x]>'] },
  { template: '%ka.uri.param["x"]y', read: ['<ka.uri.param[x]>', 'y'] },
  { template: "%ka.uri.param['a b']", read: ['<ka.uri.param["a b"]>'] },
  { template: '%ka.uri.param', read: ['<ka.uri>', '.param'] },
  { template: '%ka.uri.param[a b]', read: ['<ka.uri>', '.param[a b]'] },
  { template: '%ka.uri[', read: ['<ka.uri>', '['] },
  { template: '%ka.uri[]', read: ['<ka.uri>', '[]'] },
  { template: '%proc.aname[2]and', read: ['<proc.aname[2]>', 'and'] },
  { template: '%evt.arg.flags', read: ['<evt.arg.flags>'] },
  { template: '%proc.name and *', read: ['<proc.name>', ' and *'] },
  { template: '%toupper(proc.name)s', read: ['<toupper(proc.name)>', 's'] },
  { template: '%3toupper( tolower( proc.name))', read: ['<3toupper(tolower(proc.name))>'] },
  { template: '%join("%", (proc.name, "%ka.verb"))', read: ['<join(%,(proc.name,%ka.verb))>'] },
  { template: '%tolower(proc.name)[0]', read: ['<tolower(proc.name)>', '[0]'] },
  { template: '%getopt(ka.user.groups, "ab:")[a]', read: ['<getopt(ka.user.groups,ab:)[a]>'] },
])('$template is $read', ({ template, read }) => {
  expect(parts(template)).toEqual(read)
})

test.each([
  { template: '', problem: 'the output is empty', at: 0 },
  { template: '100%', problem: "must follow '%'", at: 4, hint: '%concat("%", "")' },
  { template: '100%% sure', problem: "must follow '%'", at: 4, hint: '%concat("%", "")' },
  { template: 'a % b', problem: "must follow '%'", at: 3, hint: '%concat' },
  { template: 'a %5', problem: "must follow '%'", at: 4 },
  { template: 'a %-5proc.name', problem: "must follow '%'", at: 3 },
  { template: '%{proc.name}', problem: "must follow '%'", at: 1, hint: 'without brackets' },
  { template: '%5{proc.name}', problem: "must follow '%'", at: 2, hint: 'without brackets' },
  { template: 'by %user', problem: "'user' is no field", at: 4, hint: 'has a dot' },
  { template: 'by %proc.nam', problem: "no field is named 'proc.nam'", at: 4, hint: 'did you mean proc.name?' },
  { template: '%Proc.name', problem: "no field is named 'Proc.name'", at: 1, hint: 'did you mean proc.name?' },
  { template: '%evt.arg', problem: 'requires an argument', at: 1 },
  { template: '%container.inf', problem: 'no field is named', at: 1 },
  { template: '%5container.info', problem: 'no field is named', at: 2 },
  { template: '%toupper (proc.name)', problem: 'no blank stands before the parenthesis', at: 1 },
  { template: '%toUpper(proc.name)', problem: "no transformer is named 'toUpper'", at: 1, hint: 'did you mean toupper?' },
  { template: '%touper(proc.name)', problem: "no transformer is named 'touper'", at: 1, hint: 'did you mean toupper?' },
  { template: '%some_thing(proc.name)', problem: "no transformer is named 'some_thing'", at: 1 },
  { template: '%val(proc.name)', problem: "'val' is no transformer of an output", at: 1, hint: 'the field alone' },
  { template: 'a %toupper(proc.name', problem: "expected a ')'", at: 20 },
  { template: '%toupper(val(proc.name))', problem: 'expected field transformer argument', at: 9 },
  { template: '%toupper(name)', problem: 'expected field transformer argument', at: 9 },
  { template: '%ka.uri.param["\\q"]', problem: 'unsupported string escape', at: 15 },
  { template: '%65536proc.name', problem: 'at most 65535', at: 1 },
  { template: `%${'9'.repeat(400)}proc.name`, problem: 'at most 65535', at: 1 },
  { template: 'x\n  %proc.nam', problem: 'no field is named', at: 5 },
])('$template is refused at $at', ({ template, problem, at, hint }) => {
  const error = failureOf(() => parse(template))
  expect(error.problem).toContain(problem)
  expect(error.offset).toBe(at)
  if (hint !== undefined) expect(error.hint).toContain(hint)
})

test('container.info is taken out, with a warning', () => {
  expect(parse('in %container.info.')).toMatchObject({ parts: ['in ', '.'], warnings: [{ at: { offset: 3 } }] })
  expect(parse('%container.info').parts).toEqual([])
})

test.each([
  { template: '%proc.name', warnings: [] },
  { template: '%proc.name.', warnings: [] },
  { template: '%proc.name_and', warnings: ["'proc.name' is the field, '_and' after it is text"] },
  { template: 'x %ka.uri.param', warnings: ["'ka.uri' is the field, '.param' after it is text"] },
  { template: '%ka.user.name[0]', warnings: ["'ka.user.name' is the field, '[0]' after it is text"] },
])('$template has the warnings $warnings', ({ template, warnings }) => {
  expect(parse(template).warnings.map(({ problem }) => problem)).toEqual(warnings)
})

test('every field of Falco is found by its own name', () => {
  for (const [name, { argument }] of FALCO_FIELDS) {
    const written = argument === 'required' ? `${name}[0]` : name
    expect(parts(`%${written}`)).toEqual([`<${written}>`])
    expect(parts(`<%${written}>`)).toEqual(['<', `<${written}>`, '>'])
  }
})

test('only whole names are looked up, and longer ones first', () => {
  const names: string[] = []
  const field = (name: string) => void names.push(name)
  failureOf(() => parseTemplate('%ab.c_.de', { field }))
  expect(names).toEqual(['ab.c_.de', 'ab.c_.d', 'ab.c_', 'ab.c', 'ab.c_.de'])
})

test('a text without a percent sign is itself', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.includes('%')),
      (text) => {
        expect(parse(text)).toEqual({ parts: [text], warnings: [] })
      },
    ),
  )
})

test('whatever it is, a template is read or refused with a place in it', () => {
  const piece = fc.constantFrom(
    '%',
    '5',
    'proc.name',
    'ka.uri.param',
    '[',
    ']',
    '"',
    "'",
    '\\',
    'toupper(',
    ')',
    ',',
    ' ',
    '.',
    'é',
    'val(',
  )
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('')),
      (template) => {
        try {
          parse(template)
        } catch {
          expect(failureOf(() => parse(template)).offset).toBeLessThanOrEqual(template.length)
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test.each([
  { name: 'names', template: '%proc.name['.repeat(50_000) },
  { name: 'open quotes', template: '%ka.uri["'.repeat(50_000) },
  { name: 'escaped quotes', template: '%ka.uri["\\"'.repeat(50_000) },
  { name: 'one endless name', template: `%proc.name${'.a'.repeat(250_000)}` },
])('half a megabyte of $name is read at once', ({ template }) => {
  expect(parse(template)).toBeDefined()
})
