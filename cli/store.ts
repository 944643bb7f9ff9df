import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { CodedError } from '../lib/error.ts'
import type { Store } from '../lib/port/store.ts'

export type StoreOptions = { readonly data: string; readonly table?: string }

/** The two options that say whose incidents, journal and kill switch are meant. */
export function withStore(command: Command): Command {
  return command
    .option('--data <dir>', 'the data folder of `creance local`', '.creance')
    .option('--table <name>', "the DynamoDB table of a deploy, by AWS's own settings, instead of a data folder")
}

/** Opens it. Throws `invalid_config` where there is no such data folder. */
export async function openStore({ data, table }: StoreOptions): Promise<Store> {
  if (table !== undefined) {
    const { dynamoClient, dynamoStore } = await import('../lib/adapter/dynamodb.ts')
    return dynamoStore(dynamoClient(), { table, clock: Date.now })
  }
  const file = join(data, 'store.db')
  if (!existsSync(file))
    throw new CodedError('invalid_config', `${data} is no data folder of creance local; name one with --data, or a table with --table`)
  const { openDatabase } = await import('../lib/adapter/sqlite.ts')
  const { sqliteStore } = await import('../lib/adapter/sqlite-store.ts')
  return sqliteStore(openDatabase(file), { clock: Date.now })
}
