import { userInfo } from 'node:os'
import { Command } from 'commander'
import { openStore, type StoreOptions, withStore } from './store.ts'

/** `creance stop` and `creance resume`: the kill switch, in the local data folder or in the cloud's table. */
export function stopCommands(): readonly Command[] {
  const stop = withStore(new Command('stop').description('Stops all action on every cluster at once; what was done can still be released.'))
    .argument('[why]', 'told to everybody who is refused', '')
    .action(async (why: string, options: StoreOptions) => {
      const { setStop } = await import('../lib/response/stop.ts')
      await setStop(await openStore(options), { by: userInfo().username, atMs: Date.now(), why })
      process.stdout.write('All action is stopped. `creance resume` lets it go on.\n')
    })
  const resume = withStore(new Command('resume').description('Lets action go on after `creance stop`.')).action(
    async (options: StoreOptions) => {
      const { setStop } = await import('../lib/response/stop.ts')
      await setStop(await openStore(options), undefined)
      process.stdout.write('Action goes on.\n')
    },
  )
  return [stop, resume]
}
