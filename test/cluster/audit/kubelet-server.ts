import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { generate } from 'selfsigned'

const STREAM_LASTS_MS = 300

/** The kubelet's HTTPS side for `node-1`: it agrees to each stream (exec, attach, port-forward) and soon ends it, and answers logs and lists.
 *  The API server does not proxy to a loopback address, so this listens on the machine's own where it has one. */
export async function startKubeletServer(kubeconfig: string): Promise<{ readonly stop: () => Promise<void> }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'node-1' }], { keyType: 'ec', algorithm: 'sha256' })
  const server = createServer({ cert, key }, ({ url = '' }, response) => {
    if (url.startsWith('/pods'))
      response.setHeader('content-type', 'application/json').end('{"kind":"PodList","apiVersion":"v1","items":[]}')
    else response.setHeader('content-type', 'text/plain').end('ready\n')
  })
  server.on('upgrade', ({ headers }, socket) => {
    const socketKey = headers['sec-websocket-key']
    const accepted = socketKey && createHash('sha1').update(`${socketKey}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const answer = socketKey
      ? ['Upgrade: websocket', `Sec-WebSocket-Accept: ${accepted}`, ...offered('Sec-WebSocket-Protocol', headers['sec-websocket-protocol'])]
      : ['Upgrade: SPDY/3.1', ...offered('X-Stream-Protocol-Version', headers['x-stream-protocol-version'])]
    socket.on('error', () => socket.destroy())
    socket.write(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', ...answer, '', ''].join('\r\n'))
    setTimeout(() => socket.destroy(), STREAM_LASTS_MS)
  })
  const address = ownAddress()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  await announce(kubeconfig, address, (server.address() as AddressInfo).port)
  return { stop: () => close(server) }
}

/** The first of the protocols the other side offers, as the header that accepts it. */
function offered(header: string, protocols: string | string[] | undefined): string[] {
  const first = [protocols ?? []].flat().join(',').split(',')[0]?.trim()
  return first ? [`${header}: ${first}`] : []
}

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

async function announce(kubeconfig: string, address: string, port: number): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }]
  const status = { conditions, addresses: [{ type: 'InternalIP', address }], daemonEndpoints: { kubeletEndpoint: { Port: port } } }
  await config
    .makeApiClient(CoreV1Api)
    .patchNodeStatus({ name: 'node-1', body: { status } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch))
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
