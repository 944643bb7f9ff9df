import { ClusterItem } from './cluster/cluster.ts'
import { baseGuards, type Guards, GuardsItem, joinGuards } from './response/guards.ts'
import { loadKind } from './rule/load.ts'

/** What of the rule files decides where and within which limits there may be acted; the rest is not read. `ownNamespace`: where Creance runs, which is
 *  protected. Throws `invalid_config` where one of these cannot be read: then nothing is done at all. */
export function loadRespondRules(
  paths: readonly string[],
  ownNamespace: string,
): { readonly guards: Guards; readonly clusters: readonly ClusterItem[] } {
  const guards = loadKind(paths, 'guards', GuardsItem).map((item) => item.guards)
  return { guards: joinGuards(baseGuards(ownNamespace), guards), clusters: loadKind(paths, 'cluster', ClusterItem) }
}
