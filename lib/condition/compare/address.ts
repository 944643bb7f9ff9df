import type { Literal, Operator } from '../ast.ts'
import { ConditionError } from '../error.ts'
import type { Scalar, Value } from '../field.ts'
import { type Family, pairByKey } from './family.ts'
import { addressBytes, type Network, parseNetwork, withinNetwork } from './network.ts'

/** IP addresses, v4 and v6 apart: one of the other version is never equal. Values are text. */
export const addressFamily: Family = {
  name: 'ip address',
  operators: new Set<Operator>(['=', '==', '!=', 'in', 'intersects']),
  test: (operator, constant) => {
    const wanted = readAddress(constant)
    if (operator !== '!=') return isVersion4(wanted) ? (value) => value === constant.text : (value) => bytesOf(value) === wanted
    return (value) => {
      const bytes = bytesOf(value)
      return bytes !== undefined && bytes !== wanted
    }
  },
  member: (constants) => {
    const wanted = new Set<string | undefined>(constants.map(readAddress))
    return (value) => wanted.has(bytesOf(value))
  },
  pair: (operator) => pairByKey(operator, bytesOf),
  key: bytesOf,
}

/** IP networks: the value is an address, the constant a network that it is in or not. */
export const networkFamily: Family = {
  name: 'ip network',
  operators: new Set<Operator>(['=', '==', '!=', 'in', 'intersects']),
  test: (operator, constant) => {
    const network = readNetwork(constant)
    const inside = operator !== '!='
    return (value) => {
      const bytes = bytesOf(value)
      return bytes !== undefined && withinNetwork(bytes, network) === inside
    }
  },
  member: (constants) => {
    const networks = constants.map(readNetwork)
    return (value) => {
      const bytes = bytesOf(value)
      return bytes !== undefined && networks.some((network) => withinNetwork(bytes, network))
    }
  },
  pair: () => undefined,
  key: bytesOf,
}

function readAddress({ text, at }: Literal): string {
  const bytes = addressBytes(text)
  if (bytes === undefined) throw new ConditionError(`'${text}' is not an IP address`, at)
  return bytes
}

function readNetwork({ text, at }: Literal): Network {
  const network = parseNetwork(text)
  if (network === undefined) throw new ConditionError(`'${text}' is not an IP network`, at, { hint: 'write it as address/prefix' })
  return network
}

/** An IPv4 address has one spelling only, so its text tells as much as its bytes. */
function isVersion4(bytes: string): boolean {
  return bytes.length === 4
}

function bytesOf(value: Scalar | Value | undefined): string | undefined {
  return typeof value === 'string' ? addressBytes(value) : undefined
}
