import { Command } from 'commander'
import { CodedError, messageOf } from '../lib/error.ts'
import { jsonLog } from '../lib/runtime/log.ts'

/** `creance forward`: the in-cluster forwarder, set by its environment. */
export function forwardCommand(): Command {
  return new Command('forward')
    .description('The in-cluster forwarder: takes alerts over HTTP, from files and from stdin, and sends them in batches to the queue.')
    .argument('[-]', 'also read alerts from stdin, one JSON object a line, and end when it ends')
    .option('--follow <file>', 'also read a JSON-lines file as it is written, through rotation; may be given again', collect)
    .addHelpText(
      'after',
      `
Set by the environment: CREANCE_QUEUE_URL and CREANCE_CLUSTER; who may send: CREANCE_PATH_SECRET, CREANCE_TLS_CERT, CREANCE_TLS_KEY,
CREANCE_TLS_CLIENT_CA, CREANCE_INSECURE; CREANCE_AUDIT_QUEUE_URL, CREANCE_LISTEN (0.0.0.0:2801), CREANCE_NODE, CREANCE_SPOOL_DIR, CREANCE_SPOOL_MAX_BYTES,
CREANCE_LINGER_MS, CREANCE_URGENT_PRIORITY, CREANCE_MESSAGE_BYTES, CREANCE_GRACE_SECONDS. docs/forwarder.md says what each is.`,
    )
    .action(async (from: string | undefined, { follow = [] }: { follow?: string[] }) => {
      if (from !== undefined && from !== '-')
        throw new CodedError('invalid_config', `"${from}": expected - for stdin; a file is given with --follow`)
      const { startForwarder } = await import('../forwarder/main.ts')
      const log = jsonLog((line) => process.stderr.write(line))
      const stdin = from === '-' ? process.stdin : undefined
      const forwarder = await startForwarder({ env: process.env, files: follow, stdin }, log)
      const stopOn = (signal: 'SIGINT' | 'SIGTERM') => {
        process.once(signal, () => {
          process.once(signal, () => {
            log.warn('stopping at once: what is not sent is on disk, and is sent by the next run')
            process.exit(1)
          })
          forwarder.stop({ gently: signal === 'SIGTERM' }).catch((error) => {
            log.error('the forwarder did not stop as it should', { why: messageOf(error) })
            process.exitCode = 1
          })
        })
      }
      stopOn('SIGINT')
      stopOn('SIGTERM')
      if (forwarder.stdinEnded) {
        const failed = await forwarder.stdinEnded.then(() => undefined, messageOf)
        if (failed) log.error('stdin failed', { why: failed })
        const all = failed || follow.length === 0 ? await forwarder.stop() : true
        if (failed || !all) process.exitCode = 1
      }
    })
}

function collect(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file]
}
