import type { OutgoingMessage, QueueSender } from '../lib/port/queue.ts'
import { NoticeMessage, readBody } from '../lib/stage/messages.ts'

/** Takes what the messages queue takes, and puts what is for webhooks and exports into the other queue: one of them that hangs must not hold up
 *  what is told in Slack. */
export function apartDeliveries(messages: QueueSender, deliveries: QueueSender): QueueSender {
  return {
    send: async (all) => {
      const { true: apart = [], false: others = [] } = Object.groupBy(all, (one) => (isDelivery(one) ? 'true' : 'false'))
      if (others.length > 0) await messages.send(others)
      if (apart.length > 0) await deliveries.send(apart)
    },
  }
}

function isDelivery({ body }: OutgoingMessage): boolean {
  return 'deliver' in readBody(body, NoticeMessage)
}
