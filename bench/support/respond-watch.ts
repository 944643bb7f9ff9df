import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import type { Api, WatchEvent } from './respond-api.ts'
import { NAMESPACE } from './respond-pods.ts'

/** The label that a response of the bench puts on a pod. */
export const LABEL = { key: 'creance-bench', value: 'acted' } as const

/** What a response does to a pod: labels it, deletes it, or cuts it off by a NetworkPolicy that selects it. */
export type Effect = 'label' | 'delete' | 'isolate'

const Labels = z.record(z.string(), z.string()).default({})
const Pod = z.object({ metadata: z.object({ name: z.string(), labels: Labels, deletionTimestamp: z.string().optional() }) })
const Policy = z.object({ spec: z.object({ podSelector: z.object({ matchLabels: Labels }).prefault({}) }) })

export type PodWatch = {
  /** When the effect on the pod was first seen, by `performance.now()`. */
  readonly seenAt: (pod: string, effect: Effect) => number | undefined
  /** Resolves when it was seen on all of them, or the time is over. Throws when the watch broke. */
  readonly until: (pods: readonly string[], effect: Effect | 'known', limitMs: number) => Promise<void>
  readonly stop: () => void
}

/** Sees what becomes of the pods of the bench's namespace, as anybody who watches them does. */
export function watchPods(api: Api): PodWatch {
  const firsts = new Map<string, number>()
  const labelsOf = new Map<string, Readonly<Record<string, string>>>()
  const selectors: Readonly<Record<string, string>>[] = []
  let broken: string | undefined
  const note = (pod: string, what: Effect | 'known') => {
    const key = `${what} ${pod}`
    if (!firsts.has(key)) firsts.set(key, performance.now())
  }
  const noteIsolation = (pod: string, labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>) => {
    const wanted = Object.entries(selector)
    if (wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)) note(pod, 'isolate')
  }
  const seePod = ({ type, object }: WatchEvent) => {
    const { name, labels, deletionTimestamp } = Pod.parse(object).metadata
    note(name, 'known')
    if (labels[LABEL.key] === LABEL.value) note(name, 'label')
    if (type === 'DELETED' || deletionTimestamp !== undefined) note(name, 'delete')
    labelsOf.set(name, labels)
    for (const selector of selectors) noteIsolation(name, labels, selector)
  }
  const seePolicy = ({ type, object }: WatchEvent) => {
    if (type !== 'ADDED') return
    const selector = Policy.parse(object).spec.podSelector.matchLabels
    selectors.push(selector)
    for (const [name, labels] of labelsOf) noteIsolation(name, labels, selector)
  }
  const failed = (why: string) => {
    broken = why
  }
  const stops = [
    api.watch(`/api/v1/namespaces/${NAMESPACE}/pods`, seePod, failed),
    api.watch(`/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`, seePolicy, failed),
  ]
  return {
    seenAt: (pod, effect) => firsts.get(`${effect} ${pod}`),
    until: async (pods, effect, limitMs) => {
      const end = performance.now() + limitMs
      while (!pods.every((pod) => firsts.has(`${effect} ${pod}`)) && performance.now() < end) {
        if (broken !== undefined) throw new Error(broken)
        await sleep(10)
      }
    },
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}
