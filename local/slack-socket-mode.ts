import { takeCommand } from '../lib/stage/command.ts'
import type { PressPorts } from '../lib/stage/interact/ports.ts'
import { takeInteraction } from '../lib/stage/interact/take-interaction.ts'
import { tellLate } from '../lib/stage/late-answer.ts'
import type { LocalMetrics } from './metrics.ts'
import type { LocalSettings } from './settings.ts'
import { type SocketMode, startSocketMode } from './socket-mode.ts'

/** Socket Mode as `creance local` runs it, where there is an app token; undefined where there is none. Health and metric are there before it is started.
 *  `start` throws `invalid_config` where Slack refuses the token. */
export function slackSocketMode({ slackAppToken: appToken, slackApi }: LocalSettings, ports: PressPorts, gauge: LocalMetrics['gauge']) {
  if (appToken === undefined) return undefined
  let running: SocketMode | undefined
  const isConnected = (): boolean => running?.isConnected() ?? false
  gauge('creance_slack_socket_connected', 'Whether Slack can push presses and commands (Socket Mode).', () => Number(isConnected()))
  const take = {
    interactive: (payload: unknown) => takeInteraction(payload, ports),
    slash_commands: (fields: unknown) => takeCommand(fields, ports),
  }
  return {
    health: () => ({ slack_socket: isConnected() ? 'connected' : 'not connected' }),
    start: async (): Promise<void> => {
      const { slackSocket } = await import('../lib/adapter/slack-socket.ts') // Slack's client takes its time to load
      running = await startSocketMode({
        socket: slackSocket({ appToken, apiUrl: slackApi }),
        take,
        tellLate: (payload, taken) => tellLate(payload, taken, ports),
        log: ports.log,
      })
    },
    stop: async (): Promise<void> => running?.stop(),
  }
}
