import { readFileSync } from 'node:fs'
import { type DemoPod, NAMESPACE } from './workload.ts'

/** Alerts that a real Falco wrote down (alerts/*.jsonl), re-addressed: as if they had been seen just now, in this pod. All else is as recorded. */
export function alertsOn(pod: DemoPod, recording: URL): readonly string[] {
  const recorded = readFileSync(recording, 'utf8').trim().split('\n')
  const startNs = BigInt(Date.now()) * 1_000_000n
  return recorded.map((line, index) => readdress(line, pod, startNs + BigInt(index) * 20_000_000n))
}

function readdress(line: string, pod: DemoPod, timeNs: bigint): string {
  const alert = JSON.parse(line)
  const fields = alert.output_fields
  const containerId = pod.containerId.slice(0, 12)
  const [repository = pod.image, tag = 'latest'] = pod.image.split(':')
  const time = `${new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19)}.${(timeNs % 1_000_000_000n).toString().padStart(9, '0')}Z`
  const replaced: [unknown, string][] = [
    [fields['container.id'], containerId],
    [fields['k8s.pod.name'], pod.name],
    [`k8s_ns_name=${fields['k8s.ns.name']}`, `k8s_ns_name=${NAMESPACE}`],
    [fields['container.image.repository'], repository],
    [`container_name=${fields['container.name']}`, `container_name=${pod.container}`],
    [`container_image_tag=${fields['container.image.tag']}`, `container_image_tag=${tag}`],
  ]
  const output = replaced.reduce((text, [from, to]) => text.replaceAll(String(from), to), String(alert.output))
  const moved = {
    ...alert,
    hostname: pod.node,
    time,
    output: output.replace(/^[\d:.]+/, time.slice(11, -1)),
    output_fields: {
      ...fields,
      'container.id': containerId,
      'container.name': pod.container,
      'container.image.repository': repository,
      'container.image.tag': tag,
      'k8s.pod.name': pod.name,
      'k8s.ns.name': NAMESPACE,
      'evt.time': 0,
    },
  }
  // Falco writes evt.time as a bare integer that no JavaScript number can hold.
  return JSON.stringify(moved).replace('"evt.time":0', `"evt.time":${timeNs}`)
}
