type Brief = {
  readonly rule?: string
  readonly ms: number
  readonly pod?: string
  readonly namespace?: string
  readonly container?: string
  readonly priority?: string
  readonly node?: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** An alert as Falco sends it; what a test cares about is given. `ms`: its time (Unix). */
export function falcoAlert(brief: Brief): string {
  const {
    rule = 'A',
    ms,
    pod = 'web-1',
    namespace = 'shop',
    container = '8114e6b6fb8e',
    priority = 'Warning',
    node = 'node-1',
    fields = {},
  } = brief
  const output_fields = { 'container.id': container, 'k8s.ns.name': namespace, 'k8s.pod.name': pod, ...fields }
  return JSON.stringify({
    rule,
    priority,
    source: 'syscall',
    hostname: node,
    time: new Date(ms).toISOString(),
    output: rule,
    tags: [],
    output_fields,
  })
}
