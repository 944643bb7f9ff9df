import type { EngineVersionItem, PluginRequirement, PluginVersion } from './item.ts'
import { LoadError, type Report } from './report.ts'

/** A semantic version; what follows the three numbers (`-rc1`, `+build`) does not count in comparisons. */
export type Version = { readonly major: number; readonly minor: number; readonly patch: number }

/** The version of Falco's engine that this one does the same as. */
export const ENGINE_VERSION: Version = { major: 0, minor: 63, patch: 0 }

export function parseVersion(text: string): Version | undefined {
  const parts = /^([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text)
  return parts ? { major: Number(parts[1]), minor: Number(parts[2]), patch: Number(parts[3]) } : undefined
}

/** Whether something of this version does for what asks for `required`: the same major version, and not older. */
export function satisfies({ major, minor, patch }: Version, required: Version): boolean {
  return major === required.major && (minor > required.minor || (minor === required.minor && patch >= required.patch))
}

export function printVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`
}

/** Throws LoadError LOAD_ERR_VALIDATE where this engine is not what a file needs. */
export function checkEngine({ version, at }: EngineVersionItem): void {
  if (satisfies(ENGINE_VERSION, version)) return
  const message = `Rules require engine version ${printVersion(version)}, but engine version is ${printVersion(ENGINE_VERSION)}`
  throw new LoadError('LOAD_ERR_VALIDATE', message, at)
}

/** Throws LoadError LOAD_ERR_VALIDATE where what is required of plugins makes no sense. */
export function checkRequirement({ alternatives, at }: PluginRequirement): void {
  const names = new Set<string>()
  for (const { name, version } of alternatives) {
    if (parseVersion(version) === undefined) {
      throw new LoadError('LOAD_ERR_VALIDATE', `Invalid required version '${version}' for plugin '${name}'; expected x.y.z`, at)
    }
    if (names.has(name))
      throw new LoadError('LOAD_ERR_VALIDATE', `Defined multiple alternative version requirements for plugin '${name}'`, at)
    names.add(name)
  }
}

/** Reports each requirement that no plugin meets. */
export function checkPlugins(requirements: readonly PluginRequirement[], plugins: readonly PluginVersion[], report: Report): void {
  for (const { alternatives, at } of requirements) {
    const met = alternatives.some((required) => plugins.some((plugin) => plugin.name === required.name && isNewEnough(plugin, required)))
    if (met) continue
    const wanted = alternatives.map(({ name, version }) => `${name} ${version}`).join(' or ')
    report.error('LOAD_ERR_VALIDATE', `Plugin requirement not satisfied, must load one of: ${wanted}`, at)
  }
}

function isNewEnough(plugin: PluginVersion, required: PluginVersion): boolean {
  const [have, need] = [parseVersion(plugin.version), parseVersion(required.version)]
  return have !== undefined && need !== undefined && satisfies(have, need)
}
