import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { storeContract } from './store.ts'

storeContract('SQLite', async () => {
  const folder = temporaryFolder()
  const database = openDatabase(`${folder.path}/store.db`)
  return {
    make: (clock) => sqliteStore(database, { clock }),
    stop: async () => {
      database.close()
      folder.remove()
    },
  }
})
