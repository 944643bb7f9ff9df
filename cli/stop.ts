import { hostname, userInfo } from 'node:os'
import { Command } from 'commander'
import type { Store } from '../lib/port/store.ts'
import { openStore, type StoreOptions, withStore } from './store.ts'

/** `creance stop` and `creance resume`: the kill switch, in the local data folder or in the cloud's table. */
export function stopCommands(): readonly Command[] {
  const stop = withStore(new Command('stop').description('Stops all action on every cluster at once; what was done can still be released.'))
    .argument('[why]', 'told to everybody who is refused', '')
    .action(async (why: string, options: StoreOptions) => {
      const { setStop } = await import('../lib/response/stop.ts')
      const [store, by] = [await openStore(options), whoAmI()]
      await note(store, { what: 'creance stop', outcome: 'stopped', by, why })
      await setStop(store, { ...by, atMs: Date.now(), why })
      process.stdout.write('All action is stopped. `creance resume` lets it go on.\n')
    })
  const resume = withStore(new Command('resume').description('Lets action go on after `creance stop`.')).action(
    async (options: StoreOptions) => {
      const { setStop } = await import('../lib/response/stop.ts')
      const store = await openStore(options)
      await note(store, { what: 'creance resume', outcome: 'resumed', by: whoAmI(), why: '' })
      await setStop(store, undefined)
      process.stdout.write('Action goes on.\n')
    },
  )
  return [stop, resume]
}

type By = { readonly by: string; readonly byId: string }

/** Who is at this machine's command line: as far as the machine knows. */
function whoAmI(): By {
  const { username, uid } = userInfo()
  return { by: username, byId: `${uid}@${hostname()}` }
}

type Noted = { readonly what: string; readonly outcome: string; readonly by: By; readonly why: string }

/** Written first: what is not in the journal is not done. */
async function note(store: Store, { what, outcome, by, why }: Noted): Promise<void> {
  const [{ journal }, { contentId }] = await Promise.all([import('../lib/incident/journal.ts'), import('../lib/detection/id.ts')])
  const at = Date.now()
  const id = `command-${contentId(what, by.byId, at, why).slice(0, 32)}`
  await journal(store, { id, at, kind: 'command', what, outcome, ...by, ...(why ? { why } : {}) })
}
