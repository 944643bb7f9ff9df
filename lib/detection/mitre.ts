const ID = /(?:^|[^A-Za-z0-9])(TA\d{4}|T\d{4}(?:[._]\d{3})?)(?![A-Za-z0-9])/gi

/** The ATT&CK ids in tags of any spelling: `T1059`, `mitre.t1003.001`, `MITRE_T1082_system_information_discovery` → `T1082`; each once. */
export function mitreOf(tags: readonly string[]): string[] {
  const ids = tags.flatMap((tag) => [...tag.matchAll(ID)].map((match) => (match[1] ?? '').toUpperCase().replace('_', '.')))
  return [...new Set(ids)]
}
