import * as z from 'zod'

/** `host:port` of a listener, an IPv6 host in brackets, such as `127.0.0.1:2801` or `[::1]:0`. */
export const Address = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i, 'expected host:port, such as 127.0.0.1:2801')
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
    port: Number(text.slice(text.lastIndexOf(':') + 1)),
  }))
  .refine(({ port }) => port <= 65_535, 'expected a port up to 65535')
export type Address = z.infer<typeof Address>

export function isLoopback({ host }: Address): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host)
}
