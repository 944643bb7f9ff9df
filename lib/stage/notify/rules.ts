import { Permission } from '../../response/permission.ts'
import { type Route, RouteItem } from '../../route/route.ts'
import { loadKind } from '../../rule/load.ts'
import { userGroupsIn } from '../user-groups.ts'

/** What of the rule files under these paths notify needs. Throws `invalid_config` where they are wrong. */
export function notifyRules(paths: readonly string[]): { readonly routes: readonly Route[]; readonly userGroups: readonly string[] } {
  return {
    routes: loadKind(paths, 'route', RouteItem).map(({ route }) => route),
    userGroups: userGroupsIn(loadKind(paths, 'permission', Permission)),
  }
}
