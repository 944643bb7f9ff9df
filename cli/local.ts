import { Command } from 'commander'
import { jsonLog } from '../lib/runtime/log.ts'
import { type LocalSettings, readLocalSettings } from '../local/settings.ts'

/** `creance local`: the whole chain in one process on SQLite. */
export function localCommand(packageRoot: string): Command {
  return new Command('local')
    .description(
      'The whole chain on one machine: takes alerts, correlates, tells Slack (or a stand-in), and acts on a cluster (or an in-memory one).',
    )
    .option('--listen <host:port>', 'where alerts are taken', '127.0.0.1:2801')
    .option('--http <host:port>', 'interactions, and the page of the stand-in for Slack', '127.0.0.1:2802')
    .option('--data <dir>', 'queues, incidents and journal', '.creance')
    .option('--rules <path>', 'a rule file or folder, instead of the shipped rules; may be given again', collect)
    .option('--kubeconfig <file>', 'the cluster to read and act on; without it an in-memory API is started')
    .option('--slack-api <url>', 'base URL of the Slack Web API')
    .option('--cluster <name>', 'stamped on each alert', process.env.CREANCE_CLUSTER ?? 'local')
    .addHelpText(
      'after',
      `
Slack is the real one when SLACK_BOT_TOKEN is set. Presses come by Socket Mode with SLACK_APP_TOKEN (no public URL is needed), or to
POST /slack/interactions with SLACK_SIGNING_SECRET; one of the two must be set. docs/slack.md says how, step by step.
Messages link to the incident's page at the address of --http, or at CREANCE_PAGE_URL, where people reach that by another.
Addresses other than loopback: CREANCE_INSECURE=true.`,
    )
    .action(async (flags) => {
      const { startLocal } = await import('../local/local.ts')
      const log = jsonLog((line) => process.stderr.write(line))
      const local = await startLocal(settingsFrom(flags, packageRoot), log)
      log.info('creance local is up', {
        alerts: local.forwarderUrl,
        page: local.slack ? local.httpUrl : undefined,
        kubeconfig: local.kubeconfigFile,
      })
      const stop = async (): Promise<void> => {
        log.info('stopping')
        await local.stop()
      }
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
    })
}

function settingsFrom(flags: object, packageRoot: string): LocalSettings {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL, CREANCE_NODE, CREANCE_PAGE_URL, CREANCE_INSECURE } =
    process.env
  const fromEnv = {
    slackToken: SLACK_BOT_TOKEN,
    slackAppToken: SLACK_APP_TOKEN,
    slackSigningSecret: SLACK_SIGNING_SECRET,
    slackApi: SLACK_API_URL,
    node: CREANCE_NODE,
    pageUrl: CREANCE_PAGE_URL,
    insecure: CREANCE_INSECURE,
  }
  return readLocalSettings({ ...fromEnv, ...flags, packageRoot })
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
