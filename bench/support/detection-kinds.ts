/** A rule of Falco's or ours, and what it says the process did. `weight`: how often it comes among the others of its list. */
export type DetectionKind = {
  readonly rule: string
  readonly priority: string
  readonly weight: number
  readonly exe: string
  readonly args: string
  readonly file?: string
}

const kind = (rule: string, priority: string, weight: number, command: string, file?: string): DetectionKind => {
  const [exe = '', ...args] = command.split(' ')
  return { rule, priority, weight, exe, args: args.join(' '), ...(file === undefined ? {} : { file }) }
}

/** Rules that no shipped correlation names: what a cluster says all day. `#` becomes another number each time. */
export const NOISE: readonly DetectionKind[] = [
  kind('Change thread namespace', 'Notice', 5, '/usr/bin/nsenter -t # -n ip addr'),
  kind('Non sudo setuid', 'Notice', 5, '/usr/sbin/gosu app /entry.sh --id #'),
  kind('Unexpected UDP Traffic', 'Notice', 5, '/app/statsd --shard #', '10.0.3.7:#->10.0.9.2:8125'),
  kind('Create Hidden Files or Directories', 'Notice', 3, '/usr/bin/python3 job.py --run #', '/data/.cache-#'),
  kind('Unexpected K8s NodePort Connection', 'Notice', 2, '/app/probe --target #', '10.0.3.7:#->10.0.9.2:30443'),
  kind('System user interactive', 'Informational', 1, '/bin/sh -c check-#'),
  kind('Network Connection outside Local Subnet', 'Warning', 1, '/app/client --request #', '10.0.3.7:#->52.1.2.3:443'),
  kind('File below etc changed in a container', 'Warning', 1, '/bin/sh -c render-#', '/etc/app/conf-#.yaml'),
]

/** Rules that shipped correlations name. */
export const CORRELATED: readonly DetectionKind[] = [
  kind('Contact K8S API Server From Container', 'Notice', 30, '/app/operator --resync #', '10.0.3.7:#->10.96.0.1:443'),
  kind('Terminal shell in container', 'Notice', 20, '/bin/bash -c step-#'),
  kind('Read sensitive file untrusted', 'Warning', 20, '/usr/bin/cat /etc/shadow -#', '/etc/shadow'),
  kind('Launch Package Management Process in Container', 'Error', 10, '/usr/bin/apt-get install -y lib#'),
  kind('Unexpected outbound connection', 'Notice', 8, '/app/crawler --page #', '10.0.3.7:#->93.184.216.34:8443'),
  kind(
    'Redirect STDOUT/STDIN to Network Connection in Container',
    'Notice',
    6,
    '/usr/bin/python3 worker.py #',
    '10.0.3.7:#->10.0.9.9:5432',
  ),
  kind('Run shell untrusted', 'Notice', 4, '/bin/sh -c hook-#'),
  kind('Launch Suspicious Network Tool in Container', 'Notice', 2, '/usr/bin/nmap -p # 10.0.0.0/24'),
]

/** One pod broken into, step by step; several correlations come true. */
export const CHAIN: readonly DetectionKind[] = [
  kind('Run shell untrusted', 'Notice', 1, '/bin/sh -c id;#'),
  kind('Launch Package Management Process in Container', 'Error', 1, '/usr/bin/apt-get install -y nmap#'),
  kind('Drop and execute new binary in container', 'Critical', 1, '/tmp/x# -d'),
  kind('Search Private Keys or Passwords', 'Warning', 1, '/usr/bin/grep -r BEGIN#'),
  kind('Read sensitive file untrusted', 'Warning', 1, '/usr/bin/cat /etc/shadow -#', '/etc/shadow'),
  kind('Netcat Remote Code Execution in Container', 'Warning', 1, '/usr/bin/nc -e /bin/sh -p #'),
  kind('Redirect STDOUT/STDIN to Network Connection in Container', 'Notice', 1, '/bin/sh -i #', '10.0.3.7:#->203.0.113.9:4444'),
  kind('Unexpected outbound connection', 'Notice', 1, '/tmp/x --to #', '10.0.3.7:#->203.0.113.9:443'),
  kind('Delete or rename shell history', 'Warning', 1, '/usr/bin/rm /root/.bash_history #', '/root/.bash_history'),
]

export const STORM: DetectionKind = kind('Terminal shell in container', 'Notice', 1, '/bin/bash -c liveness-#')
