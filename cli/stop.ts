import { userInfo } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { CodedError } from '../lib/error.ts'
import type { Store } from '../lib/port/store.ts'

/** `creance stop` and `creance resume`: the kill switch, in the local data folder or in the cloud's table. */
export function stopCommands(): readonly Command[] {
  const stop = withStore(new Command('stop').description('Stops all action on every cluster at once; what was done can still be released.'))
    .argument('[why]', 'told to everybody who is refused', '')
    .action(async (why: string, options: StoreOptions) => {
      const { setStop } = await import('../lib/response/limits.ts')
      await setStop(await openStore(options), { by: userInfo().username, atMs: Date.now(), why })
      process.stdout.write('All action is stopped. `creance resume` lets it go on.\n')
    })
  const resume = withStore(new Command('resume').description('Lets action go on after `creance stop`.')).action(
    async (options: StoreOptions) => {
      const { setStop } = await import('../lib/response/limits.ts')
      await setStop(await openStore(options), undefined)
      process.stdout.write('Action goes on.\n')
    },
  )
  return [stop, resume]
}

type StoreOptions = { readonly data: string; readonly table?: string }

function withStore(command: Command): Command {
  return command
    .option('--data <dir>', 'the data folder of `creance local`', '.creance')
    .option('--table <name>', "the DynamoDB table of a deploy, by AWS's own settings, instead of a data folder")
}

async function openStore({ data, table }: StoreOptions): Promise<Store> {
  if (table !== undefined) {
    const { dynamoClient, dynamoStore } = await import('../lib/adapter/dynamodb.ts')
    return dynamoStore(dynamoClient(), { table, clock: Date.now })
  }
  const { existsSync } = await import('node:fs')
  const file = join(data, 'store.db')
  if (!existsSync(file))
    throw new CodedError('invalid_config', `${data} is no data folder of creance local; name one with --data, or a table with --table`)
  const { openDatabase } = await import('../lib/adapter/sqlite.ts')
  const { sqliteStore } = await import('../lib/adapter/sqlite-store.ts')
  return sqliteStore(openDatabase(file), { clock: Date.now })
}
