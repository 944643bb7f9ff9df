import { link, plain } from './text.ts'

const SHOWN = 6

/** The techniques as links, with what they are called: the names of those that the shipped rules name. Source: MITRE ATT&CK, Enterprise matrix. */
export function mitreText(ids: readonly string[]): string {
  const shown = ids.slice(0, SHOWN).map(techniqueLink)
  const more = ids.length - shown.length
  return shown.length === 0 ? '' : `MITRE ATT&amp;CK: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function techniqueLink(id: string): string {
  if (!/^T(?:A\d{4}|\d{4}(?:\.\d{3})?)$/.test(id)) return plain(id, 40)
  const name = MITRE_NAMES.get(id)
  const words = name === undefined ? id : `${id} ${name}`
  return link(`https://attack.mitre.org/${id.startsWith('TA') ? 'tactics' : 'techniques'}/${id.replace('.', '/')}/`, words)
}

export const MITRE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    TA0001: 'Initial Access',
    TA0002: 'Execution',
    TA0003: 'Persistence',
    TA0004: 'Privilege Escalation',
    TA0005: 'Defense Evasion',
    TA0006: 'Credential Access',
    TA0007: 'Discovery',
    TA0008: 'Lateral Movement',
    TA0009: 'Collection',
    TA0010: 'Exfiltration',
    TA0011: 'Command and Control',
    TA0040: 'Impact',
    TA0042: 'Resource Development',
    TA0043: 'Reconnaissance',
    T1003: 'OS Credential Dumping',
    'T1003.008': '/etc/passwd and /etc/shadow',
    'T1027.011': 'Fileless Storage',
    T1036: 'Masquerading',
    'T1036.005': 'Match Legitimate Resource Name or Location',
    T1041: 'Exfiltration Over C2 Channel',
    T1046: 'Network Service Discovery',
    T1048: 'Exfiltration Over Alternative Protocol',
    T1053: 'Scheduled Task/Job',
    'T1053.003': 'Cron',
    'T1053.007': 'Container Orchestration Job',
    'T1055.008': 'Ptrace System Calls',
    T1059: 'Command and Scripting Interpreter',
    'T1059.004': 'Unix Shell',
    T1068: 'Exploitation for Privilege Escalation',
    T1069: 'Permission Groups Discovery',
    T1070: 'Indicator Removal',
    'T1070.002': 'Clear Linux or Mac System Logs',
    'T1070.003': 'Clear Command History',
    T1078: 'Valid Accounts',
    'T1078.004': 'Cloud Accounts',
    T1082: 'System Information Discovery',
    T1083: 'File and Directory Discovery',
    T1090: 'Proxy',
    T1095: 'Non-Application Layer Protocol',
    T1098: 'Account Manipulation',
    'T1098.004': 'SSH Authorized Keys',
    'T1098.006': 'Additional Container Cluster Roles',
    T1105: 'Ingress Tool Transfer',
    T1110: 'Brute Force',
    T1133: 'External Remote Services',
    T1190: 'Exploit Public-Facing Application',
    T1195: 'Supply Chain Compromise',
    'T1195.001': 'Compromise Software Dependencies and Development Tools',
    'T1204.003': 'Malicious Image',
    T1205: 'Traffic Signaling',
    T1485: 'Data Destruction',
    T1489: 'Service Stop',
    T1496: 'Resource Hijacking',
    T1505: 'Server Software Component',
    'T1505.003': 'Web Shell',
    T1528: 'Steal Application Access Token',
    T1543: 'Create or Modify System Process',
    T1546: 'Event Triggered Execution',
    'T1546.004': 'Unix Shell Configuration Modification',
    'T1547.006': 'Kernel Modules and Extensions',
    'T1548.001': 'Setuid and Setgid',
    T1550: 'Use Alternate Authentication Material',
    'T1550.001': 'Application Access Token',
    T1552: 'Unsecured Credentials',
    'T1552.001': 'Credentials In Files',
    'T1552.004': 'Private Keys',
    'T1552.005': 'Cloud Instance Metadata API',
    'T1552.007': 'Container API',
    T1554: 'Compromise Host Software Binary',
    T1555: 'Credentials from Password Stores',
    T1557: 'Adversary-in-the-Middle',
    T1562: 'Impair Defenses',
    'T1562.001': 'Disable or Modify Tools',
    'T1562.004': 'Disable or Modify System Firewall',
    'T1562.006': 'Indicator Blocking',
    'T1562.008': 'Disable or Modify Cloud Logs',
    'T1565.001': 'Stored Data Manipulation',
    T1571: 'Non-Standard Port',
    'T1574.006': 'Dynamic Linker Hijacking',
    T1609: 'Container Administration Command',
    T1610: 'Deploy Container',
    T1611: 'Escape to Host',
    T1613: 'Container and Resource Discovery',
    T1620: 'Reflective Code Loading',
    T1649: 'Steal or Forge Authentication Certificates',
  }),
)
