import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const CONNECTIONS_MAX = 1024
/** One address, so that one pod cannot keep all others out. An agent has one connection; a node's agents may share an address. */
const CONNECTIONS_OF_ONE_MAX = 256

/** Bounds how many connections the server holds. At a limit the oldest one gives way that has not sent an alert: whoever only holds connections
 *  keeps no agent out. Where all have, the new one is closed. `prove`: this connection has sent an alert as one who may. */
export function limitConnections(server: Server): { readonly prove: (socket: Socket) => void } {
  const open = new Map<string, { readonly socket: Socket; proven: boolean }>() // in the order in which they came
  server.on('connection', (socket) => {
    const { remoteAddress: address } = socket
    const ofOne = [...open.values()].filter((other) => other.socket.remoteAddress === address)
    const crowd = ofOne.length >= CONNECTIONS_OF_ONE_MAX ? ofOne : open.size >= CONNECTIONS_MAX ? [...open.values()] : undefined
    const oldest = crowd?.find(({ proven }) => !proven)
    if (crowd && !oldest) return socket.destroy()
    if (oldest) close(oldest.socket)
    const key = keyOf(socket)
    open.set(key, { socket, proven: false })
    socket.once('close', () => forget(key, socket))
  })

  const close = (socket: Socket): void => {
    forget(keyOf(socket), socket)
    socket.destroy()
  }
  const forget = (key: string, socket: Socket): void => {
    if (open.get(key)?.socket === socket) open.delete(key)
  }
  const known = new WeakSet<Socket>()
  return {
    prove: (socket) => {
      if (known.has(socket)) return
      known.add(socket)
      const connection = open.get(keyOf(socket))
      if (connection) connection.proven = true
    },
  }
}

/** The same for a TLS socket as for the one under it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
