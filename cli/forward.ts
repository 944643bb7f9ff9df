import { Command } from 'commander'
import { jsonLog } from '../lib/runtime/log.ts'

/** `creance forward`: the in-cluster forwarder, set by its environment alone. */
export function forwardCommand(): Command {
  return new Command('forward')
    .description('The in-cluster forwarder: takes alerts over HTTP and sends them in batches to the queue.')
    .addHelpText(
      'after',
      '\nSet by the environment: CREANCE_QUEUE_URL and CREANCE_CLUSTER; CREANCE_NODE, CREANCE_LISTEN (127.0.0.1:2801), CREANCE_INSECURE, CREANCE_SPOOL_DIR.',
    )
    .action(async () => {
      const { startForwarder } = await import('../forwarder/main.ts')
      const { stop } = await startForwarder(
        process.env,
        jsonLog((line) => process.stderr.write(line)),
      )
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
    })
}
