/** The bot's *user* id (`U…`) and name; the `bot_id` of messages is the same with a leading `B`. */
export type Bot = { readonly id: string; readonly name: string }

/** Names without `#`. `user`: only this one and the app see it, a direct message. */
export type Channel = { readonly id: string; readonly name: string; readonly user?: string }

/** `name` is the handle, without `@`; `realName` is what the page shows. */
export type User = { readonly id: string; readonly name: string; readonly realName: string }

/** A user group (`S…`) and the ids of its members. */
export type Group = { readonly id: string; readonly users: readonly string[] }

/** Everything that is given at start and never changes: the team, the one app in it, and who is there. Every user is in every channel, and
 *  has a direct message with the app. `commands`: the app's slash commands. */
export type Workspace = {
  readonly id: string
  readonly domain: string
  readonly app: string
  readonly bot: Bot
  readonly channels: readonly Channel[]
  readonly users: readonly User[]
  readonly groups: readonly Group[]
  readonly commands: readonly string[]
}

export function botId({ bot }: Workspace): string {
  return `B${bot.id.slice(1)}`
}

/** By id, a direct message's too. */
export function channelOf({ channels, users }: Workspace, id: string | undefined): Channel | undefined {
  const user = users.find((candidate) => directId(candidate.id) === id)
  return channels.find((channel) => channel.id === id) ?? (user && direct(user))
}

/** As chat.postMessage takes it: by id, by name with or without `#`, or by the id of the user to whom it goes directly. */
export function findChannel(workspace: Workspace, given: string | undefined): Channel | undefined {
  const name = given?.replace(/^#/, '')
  const user = findUser(workspace, given)
  return channelOf(workspace, given) ?? workspace.channels.find((channel) => channel.name === name) ?? (user && direct(user))
}

export function findUser({ users }: Workspace, id: string | undefined): User | undefined {
  return users.find((user) => user.id === id)
}

/** Where the app and this user talk alone. */
export function direct({ id, name }: User): Channel {
  return { id: directId(id), name, user: id }
}

export function mayRead(channel: Channel | undefined, user: string | undefined): boolean {
  return channel !== undefined && (channel.user === undefined || channel.user === user)
}

function directId(user: string): string {
  return `D${user.slice(1)}`
}
