import { sqsQueue } from '../../lib/adapter/sqs.ts'
import { startSqs } from '../support/aws.ts'
import { queueContract } from './queue.ts'

queueContract('SQS (fauxqs)', async () => {
  const sqs = await startSqs()
  let count = 0
  return {
    make: async () => {
      const name = `queue-${++count}`
      const deadLettersUrl = await sqs.createQueue(`${name}-dead`)
      return {
        plain: sqsQueue(sqs.client, await sqs.createQueue(name, { deadLettersUrl })),
        deadLetters: sqsQueue(sqs.client, deadLettersUrl),
        fifo: sqsQueue(sqs.client, await sqs.createQueue(name, { fifo: true })),
      }
    },
    stop: () => sqs.stop(),
  }
})
