import { join } from 'node:path'
import { Command } from 'commander'
import { CodedError } from '../lib/error.ts'
import { printable } from '../lib/printable.ts'
import { yamlText } from '../lib/rule/write-yaml.ts'
import { loadRulesOrThrow } from '../lib/rule-set.ts'
import type { SlackRules } from '../lib/slack/scopes.ts'
import type { Finding } from '../lib/slack/setup.ts'

type ManifestFlags = {
  readonly url?: string
  readonly socketMode?: boolean
  readonly rules?: readonly string[]
  readonly name: string
  readonly json?: boolean
  readonly yaml?: boolean
}
type CheckFlags = { readonly rules?: readonly string[]; readonly slackApi?: string; readonly json?: boolean }

/** `creance slack manifest` and `creance slack check`: the Slack app as the rules need it, and whether it is so. */
export function slackCommand(packageRoot: string): Command {
  const command = new Command('slack').description(
    'The Slack app: its manifest, and whether it is set up as the rules need it. docs/slack.md says how, step by step.',
  )
  for (const one of [manifestCommand(packageRoot), checkCommand(packageRoot)])
    command.addCommand(one.exitOverride().showHelpAfterError(`(creance slack ${one.name()} --help says more)`))
  return command
}

function manifestCommand(packageRoot: string): Command {
  return new Command('manifest')
    .description('The app manifest, to paste into Slack (Create New App, From a manifest): no more rights than the rules need.')
    .option('--url <https://…>', 'the address of the installation, where Slack sends presses and commands')
    .option('--socket-mode', 'no address: the installation connects to Slack (creance local with SLACK_APP_TOKEN)')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', collect)
    .option('--name <name>', 'what the app is called', 'Creance')
    .option('--json', 'JSON instead of YAML, without comments')
    .option('--yaml', 'YAML, which it is without --json')
    .action(async ({ url, socketMode = false, rules, name, json = false, yaml = false }: ManifestFlags) => {
      if ((url !== undefined) === socketMode)
        throw new CodedError('invalid_config', 'either --url, where Slack reaches this installation, or --socket-mode, where it cannot')
      if (json && yaml) throw new CodedError('invalid_config', 'either --json or --yaml')
      const { scopeWords, slackManifest } = await import('../lib/slack/manifest.ts')
      const slackRules = rulesAt(rules, packageRoot)
      const manifest = slackManifest(name, url === undefined ? 'socket' : { url }, slackRules)
      const words = [
        'Made by creance slack manifest; docs/slack.md says where it goes. The scopes, and what each is for:',
        ...scopeWords(slackRules),
      ]
      process.stdout.write(json ? `${JSON.stringify(manifest, null, 2)}\n` : yamlText([manifest], words))
    })
}

function checkCommand(packageRoot: string): Command {
  return new Command('check')
    .description('Asks Slack whether the app has what the rules need, and says what to do. Exit 0: all is well, 1: something is not.')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', collect)
    .option('--slack-api <url>', 'base URL of the Slack Web API', process.env.SLACK_API_URL)
    .option('--json', 'JSON instead of words')
    .addHelpText('after', '\nTakes SLACK_BOT_TOKEN, and SLACK_APP_TOKEN where Socket Mode is used. Nothing is posted or changed.')
    .action(async ({ rules, slackApi, json = false }: CheckFlags) => {
      const { SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken } = process.env
      if (!token) throw new CodedError('invalid_config', 'SLACK_BOT_TOKEN is not set: it is the Bot User OAuth Token (xoxb-…) of the app')
      if (token.startsWith('xapp-'))
        throw new CodedError(
          'invalid_config',
          'SLACK_BOT_TOKEN holds an app-level token (xapp-…): expected the Bot User OAuth Token (xoxb-…)',
        )
      const { slackProbe } = await import('../lib/adapter/slack-check.ts')
      const { checkSetup } = await import('../lib/slack/setup.ts')
      const findings = await checkSetup(rulesAt(rules, packageRoot), slackProbe({ token, apiUrl: slackApi }), appToken || undefined)
      process.stdout.write(json ? `${JSON.stringify(findings)}\n` : findings.map(words).join(''))
      process.exitCode = findings.some(({ kind }) => kind === 'problem') ? 1 : 0
    })
}

const MARK = { ok: '✔', note: '·', problem: '✘' } as const

function words({ kind, what, todo }: Finding): string {
  return `${MARK[kind]} ${printable(what)}\n${todo === undefined ? '' : `    → ${printable(todo)}\n`}`
}

function rulesAt(paths: readonly string[] | undefined, packageRoot: string): SlackRules {
  const { routes, permissions } = loadRulesOrThrow(paths ?? [join(packageRoot, 'rules')])
  return { routes: routes.map(({ route }) => route), permissions }
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
