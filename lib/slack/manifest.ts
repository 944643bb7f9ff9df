import { CodedError } from '../error.ts'
import { neededScopes, type SlackRules, tellsPeople } from './scopes.ts'

/** How Slack reaches the installation: at a URL, or by a socket that the installation opens. */
export type Reach = { readonly url: string } | 'socket'

const MAX_NAME = 35
const INTERACTIONS = '/slack/interactions'

/** The Slack app as its manifest, which a person pastes into Slack: no more rights than the rules need. Throws `invalid_config` for a name or URL that Slack
 *  would not take. Source: Slack, "App manifest reference". */
export function slackManifest(name: string, reach: Reach, rules: SlackRules) {
  const url = reach === 'socket' ? undefined : interactionsUrl(reach.url)
  return {
    display_information: {
      name: checkedName(name),
      description: 'Runtime-security incidents of Kubernetes clusters, and what may be done about them.',
      background_color: '#1f2a37',
    },
    features: {
      ...(tellsPeople(rules)
        ? { app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true } }
        : {}),
      bot_user: { display_name: botName(name), always_online: false },
      slash_commands: [
        {
          command: '/creance',
          ...(url === undefined ? {} : { url }),
          description: 'What goes on, what is quiet, and the kill switch',
          usage_hint: 'help | status | incidents | silences | silence | end | stop | resume',
          should_escape: false, // Slack would make links of field names in a silence's match: proc.name, container.image
        },
      ],
    },
    oauth_config: { scopes: { bot: neededScopes(rules).map((scope) => scope.name) } },
    settings: {
      interactivity: { is_enabled: true, ...(url === undefined ? {} : { request_url: url }) },
      org_deploy_enabled: false,
      socket_mode_enabled: reach === 'socket',
      token_rotation_enabled: false,
    },
  }
}

/** What each scope is for, a line each, to stand over the manifest. */
export function scopeWords(rules: SlackRules): readonly string[] {
  const scopes = neededScopes(rules)
  const width = Math.max(...scopes.map(({ name }) => name.length))
  return scopes.map(({ name, why }) => `${name.padEnd(width)}  ${why}`)
}

function checkedName(name: string): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(name) || name.length > MAX_NAME)
    throw new CodedError('invalid_config', `--name: expected up to ${MAX_NAME} letters, digits, spaces, dots and dashes`)
  return name
}

/** A bot's name is of fewer letters than an app's. */
function botName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? 'creance' : plain
}

/** The full address, of an installation's own or of that address itself. */
function interactionsUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new CodedError('invalid_config', '--url: expected the https address of the installation, such as https://creance.example.com')
  const base = url.pathname.replace(/\/+$/, '')
  return `${url.origin}${base.endsWith(INTERACTIONS) ? base : `${base}${INTERACTIONS}`}`
}
