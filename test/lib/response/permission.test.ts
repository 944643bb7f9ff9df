import { describe, expect, test } from 'vitest'
import { grantFor, groupsThatMatter, Permission, permissionFor } from '../../../lib/response/permission.ts'

const permission = (of: object = {}, slack: object = {}) =>
  Permission.parse({
    permission: 'x',
    slack: { app: 'A11', workspace: 'T11', channels: ['C11'], users: ['U11'], ...slack },
    actions: ['isolate'],
    ...of,
  })
const PLACE = { app: 'A11', workspace: 'T11', channel: 'C11' }
const BY = { ...PLACE, user: 'U11', groups: [] }
const GROUP = permission({}, { users: undefined, user_groups: ['S11'] })

describe('a permission', () => {
  test.each([
    ['as it says', [permission()], BY, 'allowed'],
    ['another user', [permission()], { ...BY, user: 'U22' }, 'not_permitted'],
    ['another channel', [permission()], { ...BY, channel: 'C22' }, 'not_permitted'],
    ['another workspace', [permission()], { ...BY, workspace: 'T22' }, 'wrong_workspace'],
    ['another app', [permission()], { ...BY, app: 'A22' }, 'wrong_workspace'],
    ['none at all', [], BY, 'wrong_workspace'],
    ['another action', [permission({ actions: ['delete'] })], BY, 'not_permitted'],
    ['a member of the group', [GROUP], { ...BY, user: 'U22', groups: ['S11'] }, 'allowed'],
    ['a member of another group', [GROUP], { ...BY, user: 'U22', groups: ['S22'] }, 'not_permitted'],
    ['one who is in no group that is known', [GROUP], BY, 'not_permitted'],
  ])('%s → %s', (_name, permissions, by, kind) => {
    expect(grantFor(permissions, 'isolate', by).kind).toBe(kind)
  })

  test('two people for what nobody may do is no permission', () => {
    const of = { permission: 'x', slack: { app: 'A11', workspace: 'T11', channels: ['C11'], users: ['U11'] }, actions: ['isolate'] }
    expect(Permission.safeParse({ ...of, second_person: ['delete'] }).error?.issues).toMatchObject([{ path: ['second_person'] }])
    expect(Permission.safeParse({ ...of, second_person: ['isolate'] }).success).toBe(true)
  })

  test('of users by name is no permission', () => {
    expect(
      Permission.safeParse({
        permission: 'x',
        slack: { app: 'A11', workspace: 'T11', channels: ['C11'], users: ['alice'] },
        actions: ['isolate'],
      }).success,
    ).toBe(false)
  })

  test('asks for a second person where all that allow it do', () => {
    const two = permission({ second_person: ['isolate'] })
    expect(grantFor([two], 'isolate', BY)).toEqual({ kind: 'allowed', people: 2 })
    expect(grantFor([two, permission()], 'isolate', BY)).toEqual({ kind: 'allowed', people: 1 })
    expect(grantFor([two, GROUP], 'isolate', { ...BY, groups: ['S11'] })).toEqual({ kind: 'allowed', people: 1 })
  })
})

test('the groups that matter are those of this action, here', () => {
  const others = [
    permission({ actions: ['delete'] }, { user_groups: ['S22'] }),
    permission({}, { channels: ['C22'], user_groups: ['S33'] }),
    permission({}, { app: 'A22', user_groups: ['S44'] }),
  ]
  expect(groupsThatMatter([GROUP, GROUP, ...others], 'isolate', PLACE)).toEqual(['S11'])
})

test('to end a silence takes what it takes to make one', () => {
  expect(permissionFor('end_silence')).toBe('silence')
  expect(permissionFor('isolate')).toBe('isolate')
})
