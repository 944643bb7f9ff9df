import { Command } from 'commander'
import { CodedError } from '../lib/error.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { LocalSettings } from '../local/settings.ts'

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
      '\nSlack is the real one when SLACK_BOT_TOKEN is set (then SLACK_SIGNING_SECRET is needed too). Addresses other than loopback: CREANCE_INSECURE=true.',
    )
    .action(async (flags) => {
      const { startLocal } = await import('../local/local.ts')
      const log = jsonLog((line) => process.stderr.write(line))
      const local = await startLocal(readSettings({ ...flags, packageRoot }), log)
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

function readSettings(flags: object): LocalSettings {
  const {
    SLACK_BOT_TOKEN: slackToken,
    SLACK_SIGNING_SECRET: slackSigningSecret,
    SLACK_API_URL: slackApi,
    CREANCE_NODE: node,
    CREANCE_INSECURE: insecure,
  } = process.env
  const parsed = LocalSettings.safeParse({ slackToken, slackSigningSecret, slackApi, node, insecure, ...flags })
  if (!parsed.success) {
    const words = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new CodedError('invalid_config', `settings: ${words.join('; ')}`)
  }
  if (parsed.data.slackToken !== undefined && parsed.data.slackSigningSecret === undefined) {
    throw new CodedError(
      'invalid_config',
      'SLACK_BOT_TOKEN is set, SLACK_SIGNING_SECRET is not: presses could not be told from forged ones',
    )
  }
  return parsed.data
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path]
}
