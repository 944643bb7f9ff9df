/** An ATT&CK id (`TA0006`, `T1059`, `T1059.004`) as the object attack; undefined where it is none. Source: OCSF, objects attack, tactic, technique. */
export function attackOf(id: string): Readonly<Record<string, unknown>> | undefined {
  const [, tactic, technique, sub] = /^(?:(TA\d{4})|(T\d{4})(?:\.(\d{3}))?)$/.exec(id) ?? []
  if (tactic !== undefined) return { tactic: { uid: tactic, src_url: `https://attack.mitre.org/tactics/${tactic}/` } }
  if (technique === undefined) return undefined
  const base = { technique: { uid: technique, src_url: `https://attack.mitre.org/techniques/${technique}/` } }
  if (sub === undefined) return base
  return { ...base, sub_technique: { uid: id, src_url: `https://attack.mitre.org/techniques/${technique}/${sub}/` } }
}
