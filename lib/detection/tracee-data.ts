import * as z from 'zod'
import { connectionText } from './connection.ts'
import { text } from './flatten.ts'
import { textOfAtMost } from './shape.ts'

/** `{"name": "path", "value": "/tmp/x"}`, or with the kind of its value for a key: `{"name": "path", "str": "/tmp/x"}`. */
export const DataItems = z.array(z.looseObject({ name: textOfAtMost(128) })).nullish()
type Values = Readonly<Record<string, unknown>>

const Address = z.looseObject({
  sin_addr: z.string().optional(),
  sin_port: z.union([z.number(), z.string()]).optional(),
  sin6_addr: z.string().optional(),
  sin6_port: z.union([z.number(), z.string()]).optional(),
})

/** The values of an event's data by their names. */
export function valuesOf(items: z.infer<typeof DataItems>): Values {
  const values = (items ?? []).map(
    ({ name, type: _type, ...rest }) => [name, 'value' in rest ? rest.value : Object.values(rest)[0]] as const,
  )
  return Object.fromEntries(values.map(([name, value]) => [name, value ?? null]))
}

/** What an event's data say of the deed: the event's own come first, then those of the event that it was detected from. */
export function deedOf(...data: readonly Values[]) {
  const first = (names: readonly string[]) => data.flatMap((values) => names.map((name) => text(values[name]))).find(Boolean)
  const argv = data.map(({ argv }) => argv).find(Array.isArray)
  return {
    exe: first(['cmdpath']),
    cmdline: text(argv?.filter((word) => typeof word === 'string').join(' ')),
    file: first(['pathname', 'file_path', 'path']),
    connection: data.map(connectionOf).find(Boolean),
  }
}

function connectionOf(values: Values): string | undefined {
  const to = endpointOf(values.remote_addr ?? values.addr)
  const packet = { address: text(values.dst_ip) ?? text(values.dst), port: portOf(values.dst_port) }
  return connectionText({ address: text(values.src_ip) ?? text(values.src), port: portOf(values.src_port) }, to ?? packet)
}

function endpointOf(value: unknown): { readonly address: string | undefined; readonly port: string | number | undefined } | undefined {
  const { data: address } = Address.safeParse(value)
  return address && { address: address.sin_addr ?? address.sin6_addr, port: address.sin_port ?? address.sin6_port }
}

function portOf(value: unknown): string | number | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}
