import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code, date, plain } from '../../../lib/slack/text.ts'

type Node = {
  readonly kind: string
  readonly text?: string
  readonly href?: string
  readonly children?: readonly Node[]
  readonly [key: string]: unknown
}
// The page is plain JavaScript, which the type checker is not asked to read.
const file = '../../../local/slack/page/mrkdwn.js'
const { parseMrkdwn } = (await import(file)) as { parseMrkdwn: (text: string, options?: { verbatim?: boolean }) => Node[] }

/** A tree in short: `bold(text)`, links as `[text](href)`, plain text as it is. */
function short(nodes: readonly Node[]): string {
  return nodes
    .map(({ kind, text = '', href, children, id, label, format, seconds }) => {
      if (kind === 'text') return text
      if (kind === 'link') return `[${text}](${href})`
      if (children) return `${kind}(${short(children)})`
      return `${kind}:${id ?? seconds ?? text}${label ? `/${label}` : ''}${format ? `/${format}` : ''}`
    })
    .join('')
}

describe('styles', () => {
  test.each([
    ['*bold* _italic_ ~strike~ `code`', 'bold(bold) italic(italic) strike(strike) code(code)'],
    ['*bold _and italic_*', 'bold(bold italic(and italic))'],
    ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
    ['* not bold * and *not\nbold*', '* not bold * and *not\nbold*'],
    ['(*a*), *b*.', '(bold(a)), bold(b).'],
    ['**twice**', '**twice**'],
    ['`*not bold* :x: &lt;`', 'code(*not bold* :x: <)'],
    ['*bold `with * code` in it*', 'bold(bold code(with * code) in it)'],
    ['``', '``'],
    ['a ```\nx = *y*\n``` b', 'a pre(x = *y*\n) b'],
    ['before\n```code```\nafter', 'beforepre(code)after'],
    ['```never closed', '```never closed'],
    ['> quoted\n> *twice*\nnot', 'quote(quoted\nbold(twice))not'],
    ['&gt; escaped', 'quote(escaped)'],
    ['one\n>>> all\nthe rest', 'onequote(all\nthe rest)'],
    ['• one\n• two', '• one\n• two'],
    [':warning: :no_such_emoji: 10:30:45', '⚠️ :no_such_emoji: 10:30:45'],
  ])('%j', (text, expected) => {
    expect(short(parseMrkdwn(text))).toBe(expected)
  })
})

describe('what stands in angle brackets', () => {
  test.each([
    ['<https://a.example/x?a=1&amp;b=2|a *link*>', '[a *link*](https://a.example/x?a=1&b=2)'],
    ['<https://a.example>', '[https://a.example](https://a.example/)'],
    ['see https://a.example/x_y_z.', 'see [https://a.example/x_y_z](https://a.example/x_y_z).'],
    ['<@UADA> <@UADA|ada> <#CALERTS|alerts>', 'user:UADA user:UADA/ada channel:CALERTS/alerts'],
    ['<!here> <!channel|everybody> <!subteam^S1|@oncall>', 'broadcast:@here broadcast:@channel broadcast:@oncall'],
    ['<!date^1392734382^{date} at {time}|Feb 18>', 'date:1392734382/{date} at {time}'],
    ['<mailto:a@b.example|write>', 'write'],
    ['`<!channel>`', 'code(broadcast:@channel)'],
    ['&lt;!channel&gt; &amp;lt;', '<!channel> &lt;'],
    ['<javascript:alert(1)|click>', '<javascript:alert(1)|click>'],
    ['<data:text/html,x|click>', '<data:text/html,x|click>'],
    ['<JaVaScRiPt:alert(1)>', '<JaVaScRiPt:alert(1)>'],
    ['< https://a.example>', '[ https://a.example](https://a.example/)'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a < b > c', 'a < b > c'],
  ])('%j', (text, expected) => {
    expect(short(parseMrkdwn(text))).toBe(expected)
  })

  test('bare addresses are no links in verbatim text', () => {
    expect(short(parseMrkdwn('https://a.example *b*', { verbatim: true }))).toBe('https://a.example bold(b)')
  })
})

describe('what lib/slack/text.ts writes', () => {
  const kinds = (text: string) => parseMrkdwn(text, { verbatim: true }).map(({ kind }) => kind)

  test.each(['*bold*', '_it_ ~no~', '<!channel> <@UADA> <https://a.example|x>', '&lt;!here&gt;', 'https://a.example'])(
    'plain(%j) is text and nothing else',
    (text) => {
      expect(kinds(plain(text))).toEqual(['text'])
      expect(short(parseMrkdwn(plain(text), { verbatim: true })).replaceAll('\u2060', '')).toBe(text)
    },
  )

  test.each(['a `b` c', ':warning: :x:', '```x```', '> quoted', '*', '\n*x*\n'])('plain(%j) keeps to one piece of text', (text) => {
    expect(kinds(`x ${plain(text)}`)).toEqual(['text'])
  })

  test.each(['ls -la', '*x*', '<!channel>', 'a`b`c', '```', '&amp;', 'https://a.example'])(
    'code(%j) is code and shows what it was given',
    (text) => {
      expect(short(parseMrkdwn(code(text), { verbatim: true }))).toBe(`code(${text.replaceAll('`', '\u02cb')})`)
    },
  )

  test('date is a date, with what is shown where there are none', () => {
    expect(parseMrkdwn(date(1_700_000_000_000))).toEqual([
      {
        kind: 'date',
        seconds: 1_700_000_000,
        format: '{date_short_pretty} {time_secs}',
        href: undefined,
        fallback: '2023-11-14T22:13:20Z',
      },
    ])
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    '*',
    '_',
    '~',
    '`',
    '```',
    '<',
    '>',
    '|',
    '&lt;',
    '\n',
    '> ',
    ' ',
    'a',
    ':x:',
    'javascript:',
    'https://e.x/',
    '@U1',
    '!date^1^{date}',
    '\u202e',
    '😀',
  )
  const hostile = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''))
  const flat = (nodes: readonly Node[]): Node[] => nodes.flatMap((node) => [node, ...flat(node.children ?? [])])

  test('has a tree whose every address is http or https', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const { href } of flat(parseMrkdwn(text))) if (href !== undefined) expect(href).toMatch(/^https?:\/\//)
      }),
    )
  })

  test('without marks is itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 .,;!?()\n-]*$/), (text) => {
        expect(short(parseMrkdwn(text))).toBe(text)
      }),
    )
  })

  test.each(['*a ', '_a ', '<a', '`', '```', '> ', ':', '~a~*', '<https://', 'https://', '*a `b '])(
    'of 40,000 letters made of %j is read to its end',
    (piece) => {
      const text = piece.repeat(Math.ceil(40_000 / piece.length))
      expect(parseMrkdwn(text)).toBeDefined()
    },
  )
})
