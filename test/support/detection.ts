import type { Detection } from '../../lib/detection/detection.ts'
import { contentId } from '../../lib/detection/id.ts'

/** A detection in a pod of cluster `demo`; what a test cares about is given. */
export function detection(given: Partial<Detection> = {}): Detection {
  const base: Omit<Detection, 'id'> = {
    agent: 'falco',
    rule: 'Terminal shell in container',
    severity: 2,
    priority: 'Notice',
    source: 'syscall',
    timeNs: '1795495758016735354',
    receivedMs: 1_795_495_758_016,
    cluster: 'demo',
    node: 'node-1',
    pod: { namespace: 'shop', name: 'web-1' },
    container: { id: '8114e6b6fb8e', image: 'nginx:1.29' },
    process: { exe: 'bash', cmdline: 'bash' },
    message: 'a shell',
    tags: ['T1059', 'container'],
    mitre: ['T1059'],
    fields: { 'proc.cmdline': 'bash', 'proc.name': 'bash', 'container.id': '8114e6b6fb8e' },
    ...given,
  }
  return { id: given.id ?? contentId(base), ...base }
}
