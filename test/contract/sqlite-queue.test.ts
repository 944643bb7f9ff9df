import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteQueue } from '../../lib/adapter/sqlite-queue.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { queueContract } from './queue.ts'

queueContract('SQLite', async () => {
  const folder = temporaryFolder()
  const database = openDatabase(`${folder.path}/queues.db`)
  let count = 0
  return {
    make: async () => {
      const name = `queue-${++count}`
      const settings = { visibilitySeconds: 1, maxReceives: 3 }
      return {
        plain: sqliteQueue(database, { name, ...settings, deadLetters: `${name}-dead` }, { clock: Date.now }),
        deadLetters: sqliteQueue(database, { name: `${name}-dead`, ...settings }, { clock: Date.now }),
        fifo: sqliteQueue(database, { name: `${name}-fifo`, fifo: true, ...settings }, { clock: Date.now }),
      }
    },
    stop: async () => {
      database.close()
      folder.remove()
    },
  }
})
