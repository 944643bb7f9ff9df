import { expect, test } from 'vitest'
import { Permission } from '../../../lib/response/permission.ts'
import { groupsOf, userGroupsIn } from '../../../lib/stage/user-groups.ts'
import { MINUTE, notifyStage, refusal } from './notify/stage.ts'

const ONCALL = 'S0ONCALL'
const SECURITY = 'S0SECURITY'

/** A stage whose chat knows these members. */
function stageWith(members: Record<string, readonly string[]>) {
  const stage = notifyStage({ userGroups: [ONCALL, SECURITY] })
  Object.assign(stage.chat.port, { members: async (group: string) => members[group] ?? [] })
  return stage
}
const groups = (stage: ReturnType<typeof notifyStage>, user: string) => groupsOf(stage.store, user, [ONCALL, SECURITY], stage.time.nowMs)

test('nobody is in a group that was never read', async () => {
  expect(await groups(stageWith({ [ONCALL]: ['U0ALICE'] }), 'U0ALICE')).toEqual([])
})

test('the sweep has them read anew every ten minutes; who has left is out by then', async () => {
  const members = { [ONCALL]: ['U0ALICE', 'U0BOB'], [SECURITY]: ['U0BOB'] }
  const stage = stageWith(members)
  await stage.pass(MINUTE)
  expect([await groups(stage, 'U0ALICE'), await groups(stage, 'U0BOB'), await groups(stage, 'U0EVE')]).toEqual([
    [ONCALL],
    [ONCALL, SECURITY],
    [],
  ])
  members[ONCALL] = ['U0BOB']
  await stage.pass(5 * MINUTE, MINUTE)
  expect(await groups(stage, 'U0ALICE')).toEqual([ONCALL])
  await stage.pass(6 * MINUTE, MINUTE)
  expect(await groups(stage, 'U0ALICE')).toEqual([])
  expect(stage.calls.filter((call) => call === `members ${ONCALL}`)).toHaveLength(2)
})

test('what was read more than an hour ago counts for nothing', async () => {
  const stage = stageWith({ [ONCALL]: ['U0ALICE'] })
  await stage.pass(MINUTE)
  stage.disturb.by = (call) => (call === 'members' ? refusal('unavailable') : undefined)
  await stage.pass(59 * MINUTE, MINUTE)
  expect(await groups(stage, 'U0ALICE')).toEqual([ONCALL])
  await stage.pass(2 * MINUTE, MINUTE)
  expect(await groups(stage, 'U0ALICE')).toEqual([])
})

test('a plan without user groups is told to an operator once, and asked again ever more seldom', async () => {
  const stage = stageWith({})
  stage.disturb.by = (call) => (call === 'members' ? refusal('not_permitted', 'plan_upgrade_required: name users instead') : undefined)
  await stage.pass(120 * MINUTE, MINUTE)
  const lines = (await stage.journal()).filter(({ kind }) => kind === 'operator')
  expect(lines).toMatchObject([{ outcome: 'failed', why: expect.stringContaining('plan_upgrade_required') }])
  expect(stage.calls.filter((call) => call.startsWith('members')).length).toBeLessThan(10)
  expect(stage.failures).toEqual([])
})

test('a group that there is not does not hide the others', async () => {
  const stage = stageWith({ [SECURITY]: ['U0BOB'] })
  stage.disturb.by = (call, group) => (call === 'members' && group === ONCALL ? refusal('invalid_config', 'no_such_subteam') : undefined)
  await stage.pass(MINUTE)
  expect(await groups(stage, 'U0BOB')).toEqual([SECURITY])
})

test('where no permission names a group nobody asks', async () => {
  const stage = notifyStage()
  await stage.pass(30 * MINUTE, MINUTE)
  expect(stage.calls).toEqual([])
})

test('the groups of all permissions are read, each once', () => {
  const permission = (user_groups: readonly string[]) =>
    Permission.parse({
      permission: user_groups.join(),
      slack: { app: 'A012', workspace: 'T012', channels: ['C012'], user_groups },
      actions: ['acknowledge'],
    })
  expect(userGroupsIn([permission([SECURITY, ONCALL]), permission([ONCALL])])).toEqual([ONCALL, SECURITY])
})
