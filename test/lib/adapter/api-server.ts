import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'

export type SeenRequest = { readonly path: string; readonly token: string; readonly socket: number }

/** As much of a Kubernetes API server as reading one pod takes, over TLS on loopback. `accepts`: which bearer tokens; another gets 401. */
export async function startApiServer({ names = ['localhost'] }: { readonly names?: readonly string[] } = {}) {
  const altNames = names.map((value) => ({ type: 2 as const, value }))
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'api' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: altNames as [(typeof altNames)[number]] },
    ],
  })
  const requests: SeenRequest[] = []
  const state = { accepts: (_token: string): boolean => true, hangs: false }
  const server = createServer({ cert, key }, (request, response) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    requests.push({ path: request.url ?? '', token, socket: request.socket.remotePort ?? 0 })
    if (state.hangs) return
    const [status, body] = state.accepts(token)
      ? answerTo(request.url ?? '')
      : [401, { kind: 'Status', message: 'Unauthorized', code: 401 }]
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, ca: Buffer.from(cert).toString('base64'), requests, state, stop }
}

function answerTo(path: string): readonly [number, object] {
  const pods = { name: 'pods', kind: 'Pod', singularName: 'pod', namespaced: true, verbs: ['get'] }
  if (path === '/api/v1') return [200, { kind: 'APIResourceList', groupVersion: 'v1', resources: [pods] }]
  if (path === '/api/v1/namespaces/shop/pods/web') {
    return [200, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', uid: 'u-1' } }]
  }
  return [404, { kind: 'Status', message: 'not found', code: 404 }]
}
