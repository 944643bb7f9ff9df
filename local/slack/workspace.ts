/** The bot's *user* id (`U…`) and name; the `bot_id` of messages is the same with a leading `B`. */
export type Bot = { readonly id: string; readonly name: string }

/** Names without `#`. */
export type Channel = { readonly id: string; readonly name: string }

/** `name` is the handle, without `@`; `realName` is what the page shows. */
export type User = { readonly id: string; readonly name: string; readonly realName: string }

/** Everything that is given at start and never changes: the team, the one app in it, and who is there. Every user is in every channel. */
export type Workspace = {
  readonly id: string
  readonly domain: string
  readonly app: string
  readonly bot: Bot
  readonly channels: readonly Channel[]
  readonly users: readonly User[]
}

export function botId({ bot }: Workspace): string {
  return `B${bot.id.slice(1)}`
}

/** By id, or by name with or without `#`, as chat.postMessage takes it. */
export function findChannel({ channels }: Workspace, idOrName: string | undefined): Channel | undefined {
  const name = idOrName?.replace(/^#/, '')
  return channels.find((channel) => channel.id === idOrName || channel.name === name)
}

export function findUser({ users }: Workspace, id: string | undefined): User | undefined {
  return users.find((user) => user.id === id)
}
