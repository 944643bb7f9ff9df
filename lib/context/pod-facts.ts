import type { KubernetesObject } from '../port/cluster.ts'
import { short, textMap } from './bounds.ts'
import type { Context } from './context.ts'
import { dangersOf } from './dangers.ts'
import { allContainers, digestsOf, type PodView } from './pod-view.ts'

const MAX_LABELS = 40
const MAX_CONTAINERS = 20

/** What the pod itself says. `account`: the name of its service account. */
export function podFacts(pod: KubernetesObject, view: PodView, account: string): Pick<Context, 'pod' | 'containers' | 'dangers'> {
  return {
    pod: {
      uid: short(pod.metadata.uid ?? '', 128),
      serviceAccount: account,
      images: view.spec.containers.map(({ image }) => short(image, 300)).slice(0, MAX_CONTAINERS),
      labels: labelsOf(pod),
    },
    containers: containersOf(view),
    dangers: dangersOf(view),
  }
}

function containersOf(view: PodView): Context['containers'] {
  const digests = digestsOf(view)
  return allContainers(view)
    .slice(0, MAX_CONTAINERS)
    .map(({ name, image }) => {
      const digest = digests.get(name)
      return { name: short(name, 63), image: short(image, 300), ...(digest === undefined ? {} : { digest }) }
    })
}

function labelsOf({ metadata }: KubernetesObject): Record<string, string> {
  const labels = Object.entries(textMap.parse(metadata.labels)).slice(0, MAX_LABELS)
  return Object.fromEntries(labels.map(([key, value]) => [short(key, 120), short(value, 63)]))
}
