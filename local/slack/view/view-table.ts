import { randomBytes } from 'node:crypto'
import { type ModalView, named, type OpenView } from './view.ts'

const MAX_STACK = 3

/** The modals that people have before them: a stack each, of which they see the last. They are gone when the stand-in stops, as a modal is
 *  when its window is closed. */
export type ViewTable = {
  /** Takes the place of whatever this user has open. */
  readonly open: (user: string, view: ModalView) => OpenView
  /** On top of an open view. Answers Slack's error word where that is closed, or where three are open. */
  readonly push: (onto: string, view: ModalView) => OpenView | { readonly error: string }
  /** Undefined: it is not open any more. */
  readonly update: (id: string, view: ModalView) => OpenView | undefined
  /** Closes a view and what is above it, or its whole stack. Answers what was closed, the top first. */
  readonly close: (id: string, scope: 'view' | 'stack') => readonly OpenView[]
  readonly find: (id: string | undefined) => OpenView | undefined
  readonly findExternal: (externalId: string) => OpenView | undefined
  /** The last is the one that the user sees. */
  readonly of: (user: string) => readonly OpenView[]
  /** Calls back with the user whose stack changed, until the answer is called. */
  readonly watch: (listener: (user: string) => void) => () => void
}

/** `clock` gives Unix milliseconds. */
export function viewTable(clock: () => number): ViewTable {
  const stacks = new Map<string, readonly OpenView[]>()
  const listeners = new Set<(user: string) => void>()
  const all = () => [...stacks.values()].flat()
  const find = (id: string | undefined) => all().find((open) => open.id === id)
  const set = (user: string, stack: readonly OpenView[]) => {
    stacks.set(user, stack)
    for (const listener of listeners) listener(user)
  }
  const fresh = () => ({
    id: `V${randomBytes(8).toString('hex').toUpperCase()}`,
    hash: `${Math.floor(clock() / 1000)}.${randomBytes(4).toString('hex')}`,
  })

  return {
    open(user, view) {
      const { id, hash } = fresh()
      const opened = { id, user, hash, rootId: id, previousId: null, view: named(view) }
      set(user, [opened])
      return opened
    },
    push(onto, view) {
      const below = find(onto)
      const stack = below ? (stacks.get(below.user) ?? []) : []
      if (!below || stack.at(-1) !== below) return { error: 'not_found' }
      if (stack.length >= MAX_STACK) return { error: 'push_limit_reached' }
      const pushed = { ...fresh(), user: below.user, rootId: below.rootId, previousId: below.id, view: named(view) }
      set(below.user, [...stack, pushed])
      return pushed
    },
    update(id, view) {
      const old = find(id)
      if (!old) return undefined
      const updated = { ...old, hash: fresh().hash, view: named(view) }
      set(
        old.user,
        (stacks.get(old.user) ?? []).map((open) => (open.id === id ? updated : open)),
      )
      return updated
    },
    close(id, scope) {
      const found = find(id)
      const stack = found ? (stacks.get(found.user) ?? []) : []
      const from = scope === 'stack' ? 0 : stack.findIndex((open) => open.id === id)
      if (found) set(found.user, stack.slice(0, from))
      return stack.slice(Math.max(from, 0)).reverse()
    },
    find,
    findExternal: (externalId) => all().find(({ view }) => view.external_id === externalId),
    of: (user) => stacks.get(user) ?? [],
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
