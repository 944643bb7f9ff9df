import * as z from 'zod'
import type { KubernetesObject } from '../port/cluster.ts'
import { listOf, partOf, text } from './bounds.ts'

const MAX_CONTAINERS = 30
const yes = z.boolean().catch(false)

const SecurityContext = partOf(
  z.object({
    privileged: yes,
    runAsUser: z.number().optional().catch(undefined),
    procMount: text,
    seccompProfile: partOf(z.object({ type: text })),
    capabilities: partOf(z.object({ add: listOf(z.string(), 50) })),
  }),
)
const Container = z.object({
  name: text,
  image: text,
  securityContext: SecurityContext,
  volumeMounts: listOf(z.object({ name: z.string(), readOnly: yes }), 50),
  ports: listOf(z.object({ hostPort: z.number().int().positive() }), 50),
})
const Volume = z.object({
  name: z.string(),
  hostPath: z.object({ path: text }).optional().catch(undefined),
  projected: partOf(
    z.object({ sources: listOf(z.object({ serviceAccountToken: z.object({ audience: text }).optional().catch(undefined) }), 20) }),
  ),
})
const Status = z.object({ name: z.string(), imageID: text })
const Statuses = listOf(Status, MAX_CONTAINERS)

const PodView = z.object({
  spec: partOf(
    z.object({
      nodeName: text,
      serviceAccountName: text,
      automountServiceAccountToken: z.boolean().optional().catch(undefined),
      hostPID: yes,
      hostNetwork: yes,
      hostIPC: yes,
      securityContext: SecurityContext,
      containers: listOf(Container, MAX_CONTAINERS),
      initContainers: listOf(Container, MAX_CONTAINERS),
      ephemeralContainers: listOf(Container, MAX_CONTAINERS),
      volumes: listOf(Volume, 100),
    }),
  ),
  status: partOf(z.object({ containerStatuses: Statuses, initContainerStatuses: Statuses, ephemeralContainerStatuses: Statuses })),
})
export type PodView = z.infer<typeof PodView>
export type ContainerView = z.infer<typeof Container>

/** A pod as far as its context needs it. Never an error: what is missing or of another shape has the value that says least. */
export function viewPod({ spec, status }: KubernetesObject): PodView {
  return PodView.parse({ spec, status })
}

/** Its containers, those that run on first. */
export function allContainers({ spec }: PodView): readonly ContainerView[] {
  return [...spec.containers, ...spec.ephemeralContainers, ...spec.initContainers]
}

/** The digest that each container runs, by the container's name, where it has started. */
export function digestsOf({ status }: PodView): ReadonlyMap<string, string> {
  const all = [...status.containerStatuses, ...status.ephemeralContainerStatuses, ...status.initContainerStatuses]
  return new Map(
    all.flatMap(({ name, imageID }) => {
      const [digest] = /sha256:[0-9a-f]{64}/.exec(imageID) ?? []
      return digest === undefined ? [] : [[name, digest]]
    }),
  )
}
