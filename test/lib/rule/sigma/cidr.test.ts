import { expect, test } from 'vitest'
import { compileCidr } from '../../../../lib/rule/sigma/cidr.ts'

test.each([
  { network: '10.0.0.0/8', address: '10.255.0.1', holds: true },
  { network: '10.0.0.0/8', address: '11.0.0.1', holds: false },
  { network: '10.0.0.0/8', address: '::ffff:10.0.0.1', holds: false },
  { network: '172.16.0.0/12', address: '172.31.255.255', holds: true },
  { network: '172.16.0.0/12', address: '172.32.0.0', holds: false },
  { network: '0.0.0.0/0', address: '8.8.8.8', holds: true },
  { network: '0.0.0.0/0', address: '::1', holds: false },
  { network: '192.0.2.7', address: '192.0.2.7', holds: true },
  { network: '192.0.2.7/32', address: '192.0.2.8', holds: false },
  { network: 'fd00::/8', address: 'fdff::1', holds: true },
  { network: '2001:db8::/33', address: '2001:db8:8000::', holds: false },
  { network: '::/0', address: '2001:db8::1', holds: true },
  { network: '::1', address: '0:0:0:0:0:0:0:1', holds: true },
  { network: '10.0.0.0/8', address: '10.0.0.1:443', holds: false },
  { network: '10.0.0.0/8', address: '10.0.0.01', holds: false },
  { network: '10.0.0.0/8', address: 'nowhere', holds: false },
])('$address is in $network: $holds', ({ network, address, holds }) => {
  expect(compileCidr(network)?.(address)).toBe(holds)
})

test.each(['10.0.0.1/8', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8/8', '10.*', 'fd00::1/8', '::1/0', '', 'all'])(
  '%s is no network',
  (network) => {
    expect(compileCidr(network)).toBeUndefined()
  },
)
