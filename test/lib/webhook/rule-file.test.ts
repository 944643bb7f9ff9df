import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadRules } from '../../../lib/rule-set.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function problemsOf(webhook: string): readonly string[] {
  const folder = temporaryFolder()
  onTestFinished(folder.remove)
  writeFileSync(join(folder.path, 'route.yaml'), `- route:\n    name: r\n    webhook:\n${webhook.replace(/^/gm, '      ')}\n`)
  return loadRules([folder.path]).problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

test.each([
  ['a template that is none', 'url: https://x.example\ntemplate: slack', /^5:7 .*template: expected one of cloudevents, body, jira/],
  ['no URL', 'template: teams', /^3:5 .*url/],
  ['a text that is no URL', 'url: here', /^4:7 .*url: expected a URL such as/],
  ['a URL with a password', 'url: https://a:b@x.example', /^4:7 .*url: a name and password belong into a header/],
  ['a URL of another kind', 'url: ftp://x.example', /^4:7 .*url: expected a URL such as/],
  [
    'a secret that lies in two places',
    'url: https://x.example\nsecret: {secret: a, file: b}',
    /^5:7 .*secret: expected one of secret, parameter, file/,
  ],
  ['http to another machine', 'url: http://example.com/x', /^4:7 .*url: expected https/],
  ['a secret written out', 'url: https://x.example\nsecret: hunter2', /^5:7 .*secret/],
  ['a setting that is none', 'url: https://x.example\nsettings: {update: all}', /^5:18 .*settings: Unrecognized key: "update"/],
  [
    'a setting of another template',
    'url: https://x.example\ntemplate: teams\nsettings: {project: SEC}',
    /^6:18 .*settings: Unrecognized key: "project"/,
  ],
  ['Jira without settings', 'url: https://x.example\ntemplate: jira\nsecret: {secret: a}', /^3:5 .*settings/],
  [
    'a transition by its name',
    'url: https://x.example\ntemplate: jira\nsecret: {secret: a}\nsettings: {email: a@b.example, project: SEC, transitions: {closed: Done}}',
    /^7:\d+ .*settings.transitions.closed: expected the id of a transition/,
  ],
  ['PagerDuty without its key', 'template: pagerduty', /^3:5 .*secret/],
  [
    'a responder of no kind',
    'template: opsgenie\nsecret: {secret: a}\nsettings: {responders: [{type: team}]}',
    /^6:\d+ .*responders.0: expected one of id, name, username/,
  ],
  ['a label that is none', 'url: https://x.example\ntemplate: alertmanager\nsettings: {labels: {a-b: c}}', /^6:\d+ .*labels/],
  ['a header of two lines', 'url: https://x.example\nheaders: {a: "b\\nc"}', /^5:\d+ .*headers.a: expected/],
  ['a header that is the sender’s own', 'url: https://x.example\nheaders: {Content-Length: "1"}', /^5:\d+ .*headers/],
  ['a header that forges the signature', 'url: https://x.example\nheaders: {webhook-signature: "v1,a"}', /^5:\d+ .*headers/],
  ['a body without a body', 'url: https://x.example\ntemplate: body', /^3:5 .*body: expected a mapping or a list/],
  [
    'a body beside another template',
    'url: https://x.example\nbody: {}',
    /^5:\d+ .*Unrecognized key: "body"|^4:\d+ .*Unrecognized key: "body"|^3:\d+ .*Unrecognized key: "body"/,
  ],
  [
    'a name that does not exist',
    'url: https://x.example\ntemplate: body\nbody:\n  a: ["{incident.titel}"]',
    /^7:13 .*body.a.0: there is no \{incident.titel\}/,
  ],
  [
    'a name that was cut short',
    'url: https://x.example\ntemplate: body\nbody: {a: "{title}"}',
    /there is no \{title\}: did you mean \{incident.title\}\?/,
  ],
  ['a name out of the language', 'url: https://x.example\ntemplate: body\nbody: {a: "{constructor}"}', /there is no \{constructor\}/],
])('%s is a problem at its place', (_name, webhook, expected) => {
  const problems = problemsOf(webhook)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(expected)
})

test.each([
  ['CloudEvents by default', 'url: https://x.example'],
  ['a URL that lies elsewhere', 'url: {parameter: /a/b}\ntemplate: teams'],
  ['a URL by default', 'template: pagerduty\nsecret: {secret: a}'],
  ['texts with braces that are no names', 'url: https://x.example\ntemplate: body\nbody: {a: "{ \\"b\\": 1 } {{c}}", d: [1, true, null]}'],
])('%s is fine', (_name, webhook) => {
  expect(problemsOf(webhook)).toEqual([])
})

test('a body with more than can be is a problem, and stops nothing', () => {
  expect(problemsOf(`url: https://x.example\ntemplate: body\nbody: {a: [${'1,'.repeat(600)}]}`)).toEqual([
    expect.stringMatching(/at most 500 values/),
  ])
  expect(problemsOf(`url: https://x.example\ntemplate: body\nbody: ${'['.repeat(30)}${']'.repeat(30)}`)).toEqual([
    expect.stringMatching(/at most 20 levels/),
  ])
  expect(problemsOf(`url: https://x.example\ntemplate: body\nbody: {a: "${'x'.repeat(70_000)}"}`)).toEqual([
    expect.stringMatching(/at most 64 KiB/),
  ])
})
