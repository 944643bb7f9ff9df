import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Address } from '../../lib/address.ts'
import { CodedError, messageOf } from '../../lib/error.ts'

/** Resolves to the server's origin, `http://host:port`, when it listens. Throws `unavailable`, saying what cannot listen where, and `hint`. */
export async function listenOn(server: Server, { host, port }: Address, what: string, hint: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) => {
      const message = `${what} cannot listen on ${host}:${port} (${messageOf(cause)}); ${hint}`
      reject(new CodedError('unavailable', message, { cause }))
    }
    server.once('error', fail)
    server.listen(port, host, resolve)
  })
  const name = host.includes(':') ? `[${host}]` : host
  const scheme = 'setSecureContext' in server ? 'https' : 'http'
  return `${scheme}://${name}:${(server.address() as AddressInfo).port}`
}
