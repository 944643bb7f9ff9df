import type { Server } from 'node:http'

const CONNECTIONS_MAX = 1024
/** One address, so that one pod cannot keep all others out. An agent has one connection; a node's agents may share an address. */
const CONNECTIONS_OF_ONE_MAX = 256

/** Bounds how many connections the server holds: what comes above that is closed at once. */
export function limitConnections(server: Server): void {
  const ofAddress = new Map<string, number>()
  server.maxConnections = CONNECTIONS_MAX
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (ofAddress.get(address) ?? 0) + 1
    ofAddress.set(address, count)
    socket.once('close', () => {
      const left = (ofAddress.get(address) ?? 1) - 1
      if (left > 0) ofAddress.set(address, left)
      else ofAddress.delete(address)
    })
    if (count > CONNECTIONS_OF_ONE_MAX) socket.destroy()
  })
}
