/** The workspace that Slack's stand-in plays: one channel, and three people. rules/chat.yaml beside this says who of them may do what. */
export const STAND_IN = {
  token: 'xoxb-stand-in',
  workspace: { id: 'T0CREANCE', domain: 'stand-in', app: 'A0CREANCE', bot: { id: 'U0CREANCE', name: 'Creance' } },
  channels: [{ id: 'C0ALERTS', name: 'alerts' }],
  users: [
    { id: 'U0ALICE', name: 'alice', realName: 'Alice (on call)' },
    { id: 'U0BOB', name: 'bob', realName: 'Bob (security)' },
    { id: 'U0MALLORY', name: 'mallory', realName: 'Mallory (may not act)' },
  ],
} as const
