import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cidr } from '../../../lib/response/actions/isolate-cidr.ts'

const problem = (text: string) => Cidr.safeParse(text).error?.issues[0]?.message

test.each(['10.0.0.0/8', '192.0.2.7/32', '128.0.0.0/1', 'fd00::/8', '2001:db8::1/128', '2001:db8:0:1::/64', '8000::/1', '::1/128'])(
  '%s is a network',
  (text) => expect(problem(text)).toBeUndefined(),
)

test.each([
  ['10.1.0.0/8', 'the network itself, 10.0.0.0/8'],
  ['192.0.2.7/31', 'the network itself, 192.0.2.6/31'],
  ['fd00::1/8', 'the network itself, fd00::/8'],
  ['2001:db8::1/127', 'the network itself, 2001:db8::/127'],
  ['FD00::/8', 'the network itself, fd00::/8'],
  ['fd00:0:0:0:0:0:0:0/8', 'the network itself, fd00::/8'],
  ['2001:db8::1/32', 'the network itself, 2001:db8::/32'],
  ['10.0.0.0/33', 'at most /32'],
  ['fd00::/129', 'at most /128'],
  ['0.0.0.0/0', 'a part of all addresses'],
  ['::/0', 'a part of all addresses'],
  ['::ffff:10.0.0.0/104', 'IPv4 notation'],
  ['::ffff:a00:1/128', 'IPv4 notation'],
  ['10.0.0.0', 'a network'],
  ['10.0.0/8', 'a network'],
  ['010.0.0.0/8', 'a network'],
  ['10.0.0.0/08', 'a network'],
  ['10.0.0.0/-1', 'a network'],
  ['fe80::%eth0/64', 'a network'],
  ['fd00:::/8', 'a network'],
  ['10.0.0.0/8 ', 'a network'],
  ['', 'a network'],
  ['fd00::/8]/@evil/', 'a network'],
])('%s is none: expected %s', (text, expected) => expect(problem(text)).toContain(expected))

test('whatever text: what is taken is an address of its family and a length that fits it', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 200 }), (text, length) => {
      if (problem(`${text}/${length}`) !== undefined) return
      expect(isIPv4(text) ? 32 : isIPv6(text) ? 128 : 0).toBeGreaterThanOrEqual(length)
    }),
  )
})

test('a network that is refused for its text names one that is taken', () => {
  const network = fc.oneof(fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })), fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })))
  fc.assert(
    fc.property(network, ([address, length]) => {
      const [, better] = /^expected the network itself, (.+)$/.exec(problem(`${address}/${length}`) ?? '') ?? []
      expect(better === undefined ? undefined : problem(better)).toBeUndefined()
    }),
  )
})
