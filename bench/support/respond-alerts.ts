import type { BenchPod } from './respond-pods.ts'
import { NAMESPACE, NODE } from './respond-pods.ts'
import type { Effect } from './respond-watch.ts'

/** The rule that calls for the effect. */
export const ruleFor = (effect: Effect): string => `Bench ${effect}`

/** An alert that Falco would send about the pod just now: about a kilobyte, and it says enough to prove which pod it was. */
export function alertOn(pod: BenchPod, effect: Effect): string {
  const nowNs = BigInt(Date.now()) * 1_000_000n
  const time = `${new Date(Number(nowNs / 1_000_000n)).toISOString().slice(0, 19)}.${(nowNs % 1_000_000_000n).toString().padStart(9, '0')}Z`
  const container = pod.containerId.slice(0, 12) // as Falco writes it
  const command = 'bash -c id; cat /etc/shadow >/dev/null; exit'
  const text = `A shell was spawned in a container with an attached terminal | evt_type=execve user=root process=bash parent=containerd-shim command=${command} terminal=34816 exe_flags=EXE_WRITABLE|EXE_LOWER_LAYER container_id=${container} container_name=web k8s_pod_name=${pod.name} k8s_ns_name=${NAMESPACE}`
  const alert = {
    hostname: NODE,
    output: `${time.slice(11, 29)}: Critical ${text}`,
    output_fields: {
      'container.id': container,
      'container.image.repository': 'registry.example/shop/web',
      'container.image.tag': '1.4',
      'container.name': 'web',
      'evt.time': 0,
      'evt.type': 'execve',
      'k8s.ns.name': NAMESPACE,
      'k8s.pod.name': pod.name,
      'proc.cmdline': command,
      'proc.exepath': '/usr/bin/bash',
      'proc.name': 'bash',
      'proc.pname': 'containerd-shim',
      'proc.tty': 34816,
      'user.loginuid': -1,
      'user.name': 'root',
      'user.uid': 0,
    },
    priority: 'Critical',
    rule: ruleFor(effect),
    source: 'syscall',
    tags: ['container', 'mitre_execution', 'shell', 'T1059'],
    time,
  }
  // Falco writes evt.time as a bare integer that no JavaScript number can hold.
  return JSON.stringify(alert).replace('"evt.time":0', `"evt.time":${nowNs}`)
}
