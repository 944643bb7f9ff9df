import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Agent, Detection, type Reading } from '../../lib/detection/detection.ts'
import { readAlert } from '../../lib/detection/read.ts'

export const ORIGIN = { cluster: 'stamped', node: 'stamped-node', receivedMs: 1_795_500_000_000 }

/** An agent's sample under test/fixtures/agents, as text. */
export function sample(agent: Agent): string {
  return readFileSync(join(import.meta.dirname, `../fixtures/agents/${agent}.json`), 'utf8').trim()
}

/** Reads JSON text, or a value printed as such. */
export function readingOf(agent: Agent, alert: unknown, origin = {}): Reading {
  return readAlert({ agent, alert: typeof alert === 'string' ? alert : JSON.stringify(alert), ...ORIGIN, ...origin })
}

/** The detection, which keeps to the schema; fails the test for any other reading. */
export function detectionIn(agent: Agent, alert: unknown, origin = {}): Detection {
  const reading = readingOf(agent, alert, origin)
  return reading.kind === 'detection' ? Detection.parse(reading.detection) : expect.fail(JSON.stringify(reading))
}

/** A copy in which what is at the dotted path is another value, or is not there when that is undefined. */
export function changed(alert: unknown, path: string, value: unknown): unknown {
  const [key = '', ...rest] = path.split('.')
  const object = typeof alert === 'object' && alert !== null ? alert : {}
  const inner = rest.length > 0 ? changed(Object.entries(object).find(([name]) => name === key)?.[1], rest.join('.'), value) : value
  if (Array.isArray(alert)) return alert.with(Number(key), inner)
  return { ...object, [key]: inner }
}

/** The same content with every object's keys in the other order. */
export function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, turned(inner)] as const)
      .reverse(),
  )
}

/** What a number, a text or a list is mistaken for by code that compares before it looks. */
const TRICKS: readonly unknown[] = [
  { length: { toString: 1, valueOf: 1 } },
  { toString: 1 },
  { toJSON: 1, size: {} },
  [{ toString: 1 }],
  '9'.repeat(400),
]

/** The sample with one or more of its values, at any depth, replaced by any JSON: what is nearly an alert. */
export function nearly(alert: unknown): fc.Arbitrary<unknown> {
  return fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(alert)), fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...TRICKS))), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) =>
      changes.reduce((current: unknown, [path, value]) => {
        try {
          return changed(current, path, value)
        } catch {
          return current // a change before took the list away that this one is in
        }
      }, alert),
    )
}

function pathsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...pathsOf(inner).map((path) => `${key}.${path}`)])
}
