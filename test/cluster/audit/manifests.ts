type Json = Readonly<Record<string, unknown>>

const container = (more: Json = {}): Json => ({
  name: 'app',
  image: 'registry.k8s.io/pause:3.10',
  resources: { requests: { cpu: '10m', memory: '16Mi' } },
  ...more,
})

/** A pod that runs the pause image. `spec` and `app`: what it has more, as a pod and in its container. */
export function pod(name: string, { spec = {}, app = {} }: { readonly spec?: Json; readonly app?: Json } = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { containers: [container(app)], ...spec },
  })
}

export function hostPathPod(name: string, path: string): string {
  const app = { volumeMounts: [{ name: 'host', mountPath: '/host' }] }
  return pod(name, { app, spec: { volumes: [{ name: 'host', hostPath: { path } }] } })
}

/** A Deployment or DaemonSet; `app`: what its container has more. */
export function workload(kind: 'Deployment' | 'DaemonSet', name: string, app: Json = {}): string {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [container(app)] } }
  const replicas = kind === 'Deployment' ? { replicas: 2 } : {}
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { ...replicas, selector: { matchLabels: labels }, template },
  })
}

export function cronJob(name: string, app: Json): string {
  const spec = { containers: [container(app)], restartPolicy: 'Never' }
  const jobTemplate = { spec: { template: { spec } } }
  return JSON.stringify({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name }, spec: { schedule: '0 3 * * *', jobTemplate } })
}

export function service(name: string, type: 'ClusterIP' | 'NodePort' | 'LoadBalancer'): string {
  const spec = { type, selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec })
}

export function configMap(name: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })
}

/** A webhook for pods. It is meant for no namespace that exists, so that the cluster goes on working. */
export function webhook(kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration', name: string): string {
  const hook = {
    name: `${name}.example.com`,
    clientConfig: { url: 'https://hooks.example.com/pods' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: { matchLabels: { hooked: 'yes' } },
    failurePolicy: 'Ignore',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  return JSON.stringify({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, webhooks: [hook] })
}

/** Asks for a client certificate for CN=bob, O=admins. The key of the request below was thrown away. */
export function signingRequest(name: string): string {
  const spec = {
    request: SIGNING_REQUEST,
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
    expirationSeconds: 86_400,
  }
  return JSON.stringify({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec })
}

const SIGNING_REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWk1JR0JBZ0VBTUI4eER6QU5CZ05WQkFvTUJtRmtiV2x1Y3pFTU1Bb0dBMVVFQXd3RFltOWlNRmt3RXdZSApLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFa1I0N3ZPNWhLSVdEelc0R21mRGZuUy9xNVFkejlsUHJPL3ZVCmZYOE5iYyt1c3NoeVlXNFdEdEMxTHVDY1ZESW5yTkM0WG41UHBlUGpiUldjQi9MTWdxQUFNQW9HQ0NxR1NNNDkKQkFNQ0EwY0FNRVFDSUFQT2FVU0t3TGNPU0FCb2t4WjJQU3kvOE1uQUtIa0lVYUlocGpZa2ttdGhBaUIvNXFxOApOWE1FdTFEMHk5TFlrMCtKd2ZSQW1VUHJRNnk4OEFZRXl3Tmo4UT09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo='
