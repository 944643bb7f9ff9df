import * as z from 'zod'
import { DurationSeconds } from '../../duration.ts'
import { Cidr } from './isolate-cidr.ts'
import { PodData } from './pod-data.ts'

const NamespaceName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected the name of a namespace')

/** Whose policy it is that cuts the pod off. */
export const PolicySort = z.enum(['kubernetes', 'cilium', 'calico'])
export type PolicySort = z.infer<typeof PolicySort>

/** What the pod is taken out of: nothing; the Services that select it; those and the controller that counts it as its own. */
export const Detach = z.enum(['none', 'services', 'controller'])
export type Detach = z.infer<typeof Detach>

export const IsolateParameters = z.strictObject({
  allow_dns: z.boolean().default(false).describe("To the cluster's DNS (pods k8s-app=kube-dns in kube-system), port 53."),
  allow_cidrs: z.array(Cidr).max(50).default([]).describe('Networks, IPv4 or IPv6, from and to which traffic stays allowed.'),
  allow_namespaces: z.array(NamespaceName).max(20).default([]).describe('Namespaces from and to whose pods traffic stays allowed.'),
  policy: PolicySort.default('kubernetes').describe("Whose policy: Kubernetes' own, Cilium's or Calico's."),
  detach: Detach.default('none').describe('What the pod is taken out of: its Services; those and its controller.'),
  expires: DurationSeconds.prefault('24h').describe('After which it ends by itself.'),
})
export type IsolateParameters = z.infer<typeof IsolateParameters>

/** What stays allowed. `cidrs` and `namespaces`: from there and to there. */
export const Allowance = z.object({ dns: z.boolean(), cidrs: z.array(z.string()), namespaces: z.array(z.string()) })
export type Allowance = z.infer<typeof Allowance>

/** What is taken off the pod's labels. `from`: what lets go of it, such as `Service web`; `isReplaced`: whether its controller then makes
 *  another pod; `notes`: what else is worth saying. */
export const Detached = z.object({
  labels: z.record(z.string(), z.string()),
  from: z.array(z.string()),
  isReplaced: z.boolean(),
  notes: z.array(z.string()),
})
export type Detached = z.infer<typeof Detached>

/** One isolation: everything that its policy and its label are made of. `label`: the key on the pod whose value is the pod's uid. */
export const Isolation = z.object({
  pod: PodData,
  action: z.string(),
  incident: z.string(),
  policy: z.object({ sort: PolicySort, apiVersion: z.string(), kind: z.string(), name: z.string() }),
  label: z.string(),
  allow: Allowance,
  detached: Detached,
})
export type Isolation = z.infer<typeof Isolation>

/** Labels of this kind are ours; each isolation has one of its own, so that the end of one does not end another of the same pod. */
export const LABEL_PREFIX = 'creance.dev/isolated-'
