import * as z from 'zod'
import { SECRET_FIELDS } from '../secret-fields.ts'
import { SeverityName } from './severity-name.ts'
import { WebhookBody } from './webhook-body.ts'

const isOneSource = ({ secret, parameter, file }: { secret?: unknown; parameter?: unknown; file?: unknown }): boolean =>
  [secret, parameter, file].filter((one) => one !== undefined).length === 1
const ONE_SOURCE = 'expected one of secret, parameter, file'

/** Where a secret lies that a webhook needs. */
export const SecretSource = z.strictObject(SECRET_FIELDS).refine(isOneSource, ONE_SOURCE)
export type SecretSource = z.infer<typeof SecretSource>

export const TEMPLATES = ['cloudevents', 'body', 'jira', 'pagerduty', 'opsgenie', 'alertmanager', 'teams'] as const

const URL_WORDS = 'expected a URL such as https://example.com/hook, or where one lies: secret, parameter or file'
/** An http URL is for this machine alone; one with a name and password would show them. */
const ON_THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
export const WebhookUrl = z.union(
  [
    z
      .url({ protocol: /^https?$/, error: URL_WORDS, abort: true })
      .refine(
        (url) => new URL(url).username === '' && new URL(url).password === '',
        'a name and password belong into a header, from where they lie',
      )
      .refine(
        (url) => url.startsWith('https:') || ON_THIS_MACHINE.test(new URL(url).hostname),
        'expected https: by http all would be sent in clear text',
      ),
    SecretSource,
  ],
  { error: URL_WORDS },
)

/** A header's value: text, or where it lies (after `prefix`, such as `Bearer `). */
const HeaderValue = z.union(
  [
    z.string().regex(/^[\x20-\x7e]{1,4096}$/, 'expected printable ASCII on one line'),
    z
      .strictObject({
        ...SECRET_FIELDS,
        prefix: z
          .string()
          .regex(/^[\x20-\x7e]{1,100}$/, 'expected printable ASCII on one line')
          .optional(),
      })
      .refine(isOneSource),
  ],
  { error: 'expected text (printable ASCII), or where it lies: secret, parameter or file, and a prefix' },
)
export type HeaderValue = z.infer<typeof HeaderValue>

/** These are the sender's own. */
const OWN_HEADER = /^(?:content-length|content-type|host|connection|transfer-encoding|te|trailer|upgrade|expect|webhook-.*)$/i
const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'expected the name of a header')
  .refine((name) => !OWN_HEADER.test(name), 'this header is the sender’s own')

const common = {
  url: WebhookUrl.describe('Where to, or where that lies.'),
  headers: z.record(HeaderName, HeaderValue).optional().describe('More headers; what is secret comes from where it lies.'),
}
const fixed = (url: string) => WebhookUrl.default(url).describe(`Where to; ${url} if it is not said.`)

/** Which changes are told after the opening: all; what a person wants to know at once; none but the closing. */
const Updates = z.enum(['all', 'notable', 'none'])
export type Updates = z.infer<typeof Updates>
const updates = (otherwise: Updates) =>
  Updates.default(otherwise).describe('Which changes are told between the opening and the closing: all, notable or none.')
const signing = SecretSource.optional().describe('What it is signed with, by Standard Webhooks.')

const CloudEvents = z.strictObject({
  ...common,
  template: z.literal('cloudevents').default('cloudevents'),
  secret: signing,
  settings: z
    .strictObject({
      source: z
        .string()
        .regex(/^[!-~]{1,300}$/, 'expected a URI reference')
        .optional()
        .describe('The source of the events, a URI reference; a URN of the cluster if it is not said.'),
      updates: updates('all'),
    })
    .prefault({}),
})

const Body = z.strictObject({
  ...common,
  template: z.literal('body'),
  secret: signing,
  body: WebhookBody.describe('A JSON tree; {incident.title} and the like in its texts is put in.'),
  settings: z
    .strictObject({ method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('POST, PUT or PATCH.'), updates: updates('notable') })
    .prefault({}),
})

const TransitionId = z.string().regex(/^\d{1,10}$/, 'expected the id of a transition, as text: "31"')
const JiraText = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}]*$/u, 'expected one line')

const Jira = z.strictObject({
  ...common,
  template: z.literal('jira'),
  secret: SecretSource.describe('The API token.'),
  settings: z.strictObject({
    email: z.email().describe('Whose token it is.'),
    project: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{1,99}$/, 'expected the key of a project, such as SEC')
      .describe('The key of the project.'),
    issue_type: JiraText.default('Task').describe('The name of the issue type.'),
    priorities: z.partialRecord(SeverityName, JiraText).optional().describe('The name of a priority for each severity.'),
    labels: z
      .array(z.string().regex(/^[^\s\p{Cc}]{1,255}$/u, 'expected a label without spaces'))
      .max(20)
      .default([])
      .describe('More labels.'),
    transitions: z
      .strictObject({
        acknowledged: TransitionId.optional().describe('When somebody acknowledges it.'),
        contained: TransitionId.optional().describe('When it is contained.'),
        closed: TransitionId.optional().describe('When it is closed.'),
        open: TransitionId.optional().describe('When it is open again.'),
      })
      .prefault({})
      .describe('The id of a transition for each status.'),
  }),
})

const PagerDuty = z.strictObject({
  ...common,
  url: fixed('https://events.pagerduty.com/v2/enqueue'),
  template: z.literal('pagerduty'),
  secret: SecretSource.describe('The routing key (integration key).'),
  settings: z.strictObject({}).prefault({}),
})

const Responder = z
  .strictObject({
    type: z.enum(['team', 'user', 'escalation', 'schedule']),
    id: z.string().min(1).max(100).optional(),
    name: z.string().min(1).max(200).optional(),
    username: z.string().min(1).max(200).optional(),
  })
  .refine(
    ({ id, name, username }) => [id, name, username].filter((one) => one !== undefined).length === 1,
    'expected one of id, name, username',
  )

const Opsgenie = z.strictObject({
  ...common,
  url: fixed('https://api.opsgenie.com'),
  template: z.literal('opsgenie'),
  secret: SecretSource.describe('The API key.'),
  settings: z
    .strictObject({
      responders: z.array(Responder).max(50).default([]).describe('Who is alerted.'),
      tags: z.array(z.string().min(1).max(50)).max(10).default([]).describe('More tags.'),
    })
    .prefault({}),
})

const Alertmanager = z.strictObject({
  ...common,
  template: z.literal('alertmanager'),
  settings: z
    .strictObject({
      labels: z
        .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'expected the name of a label'), z.string().min(1).max(200))
        .refine((labels) => Object.keys(labels).length <= 20, 'expected at most 20 labels')
        .prefault({})
        .describe('More labels, to route by.'),
    })
    .prefault({}),
})

const Teams = z.strictObject({
  ...common,
  template: z.literal('teams'),
  settings: z.strictObject({ updates: updates('notable') }).prefault({}),
})

/** An HTTP API that is told of incidents, in the shape of a template. */
export const Webhook = z.discriminatedUnion('template', [CloudEvents, Body, Jira, PagerDuty, Opsgenie, Alertmanager, Teams], {
  error: (issue) => (issue.code === 'invalid_union' ? `expected one of ${TEMPLATES.join(', ')}` : undefined),
})
export type Webhook = z.infer<typeof Webhook>
export type TemplateName = Webhook['template']
export type SettingsOf<Name extends TemplateName> = Extract<Webhook, { template: Name }>['settings']
