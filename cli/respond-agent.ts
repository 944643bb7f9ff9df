import { Command } from 'commander'
import { messageOf } from '../lib/error.ts'
import { jsonLog } from '../lib/runtime/log.ts'

/** `creance respond-agent`: acts in a cluster whose API cannot be reached from outside, set by its environment. */
export function respondAgentCommand(): Command {
  return new Command('respond-agent')
    .description('Acts in a cluster whose API cannot be reached from outside: takes signed orders from its queue, and answers.')
    .addHelpText(
      'after',
      `
Set by the environment: CREANCE_CLUSTER, CREANCE_AGENT_QUEUE_URL, CREANCE_OUTCOMES_QUEUE_URL, CREANCE_ORDER_PUBLIC_KEY and CREANCE_AGENT_KEY (a key, or
the path of a file); CREANCE_AGENT_DIR (.creance/agent), CREANCE_RULES, CREANCE_NAMESPACE (creance), CREANCE_LISTEN (0.0.0.0:2804),
CREANCE_PATIENCE_SECONDS (20), KUBECONFIG, EVIDENCE_BUCKET. docs/respond-agent.md says what each is, and how to set it up.`,
    )
    .action(async () => {
      const { startAgent } = await import('../local/agent/agent.ts')
      const log = jsonLog((line) => process.stderr.write(line))
      const agent = await startAgent(process.env, log)
      const stopOn = (signal: 'SIGINT' | 'SIGTERM') => {
        process.once(signal, () => {
          process.once(signal, () => {
            log.warn('stopping at once: what is under way is taken up again by the next run')
            process.exit(1)
          })
          agent.stop().catch((error) => {
            log.error('the agent did not stop as it should', { why: messageOf(error) })
            process.exitCode = 1
          })
        })
      }
      stopOn('SIGINT')
      stopOn('SIGTERM')
    })
}
