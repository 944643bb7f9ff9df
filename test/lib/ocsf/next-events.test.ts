import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attackOf } from '../../../lib/ocsf/attacks.ts'
import { nextEvents } from '../../../lib/ocsf/next-events.ts'
import { incidentEvent } from '../../../lib/webhook/incident-event.ts'
import type { Kept } from '../../../lib/webhook/template.ts'
import { hostileEvent } from '../webhook/hostile.ts'
import { action, view } from '../webhook/story.ts'

// Written by hand from OCSF 1.5 (base_event, finding, detection_finding, remediation_activity and their objects): what is required, and of what type.
type Table = Readonly<Record<string, 'integer' | 'string' | 'array' | 'object' | Of>>
type Of = { readonly each?: Table; readonly of?: Table; readonly oneOf?: readonly string[]; readonly optional?: boolean }
const BASE: Table = {
  activity_id: 'integer',
  category_uid: 'integer',
  class_uid: 'integer',
  type_uid: 'integer',
  severity_id: 'integer',
  time: 'integer',
  metadata: { of: { version: 'string', uid: 'string', product: { of: { name: 'string', vendor_name: 'string' } } } },
}
const FILE: Table = { name: 'string', type_id: 'integer' }
const CLASSES: Readonly<Record<number, Table>> = {
  2004: {
    ...BASE,
    status_id: 'integer',
    finding_info: {
      of: {
        uid: 'string',
        title: 'string',
        analytic: { optional: true, of: { type_id: 'integer', name: 'string' } },
        attacks: { optional: true, oneOf: ['tactic', 'technique', 'sub_technique'], each: {} },
      },
    },
    evidences: {
      oneOf: ['data', 'process', 'file', 'user', 'device'],
      each: {
        process: { optional: true, oneOf: ['pid', 'uid'], of: {} },
        file: { optional: true, of: FILE },
        user: { optional: true, oneOf: ['name', 'uid'], of: {} },
        device: { optional: true, of: { type_id: 'integer' } },
        container: { optional: true, oneOf: ['uid', 'name'], of: { image: { optional: true, of: { uid: 'string' } } } },
      },
    },
    resources: { oneOf: ['uid', 'name'], each: {} },
  },
  7001: { ...BASE, command_uid: 'string', status_id: 'integer', remediation: { of: { desc: 'string' } } },
}

type Value = ReturnType<typeof JSON.parse>

/** What of the table is not so, by its path. */
function missing(value: Value, table: Table, path = ''): readonly string[] {
  return Object.entries(table).flatMap(([name, kind]) => {
    const here = `${path}${name}`
    const one = value?.[name]
    if (typeof kind === 'string') {
      const is = kind === 'integer' ? Number.isInteger(one) : kind === 'array' ? Array.isArray(one) : typeof one === kind
      return is ? [] : [here]
    }
    if (one === undefined) return kind.optional ? [] : [here]
    const all: readonly Value[] = kind.each ? one : [one]
    if (!Array.isArray(all)) return [here]
    return all.flatMap((each) => [
      ...(kind.oneOf && !kind.oneOf.some((key) => each[key] !== undefined) ? [`${here}: one of ${kind.oneOf}`] : []),
      ...missing(each, kind.each ?? kind.of ?? {}, `${here}.`),
    ])
  })
}

const complaints = (event: object): readonly string[] => {
  const value: Value = JSON.parse(JSON.stringify(event))
  const table = CLASSES[value.class_uid]
  if (!table) return [`no class ${value.class_uid}`]
  const isOfType = value.type_uid === value.class_uid * 100 + value.activity_id && value.category_uid === Math.floor(value.class_uid / 1000)
  return [...missing(value, table), ...(isOfType ? [] : ['type_uid'])]
}

const eventsOf = (given: Parameters<typeof view>[0], actions: Parameters<typeof view>[1] = [], kept: Kept = {}) =>
  nextEvents(incidentEvent(view(given, actions)), kept, 'siem')

test('whatever an attacker wrote, every event has what its class requires, and stays below 256 KB', () => {
  fc.assert(
    fc.property(hostileEvent, (event) => {
      const { events = [] } = nextEvents(event, {}, 'siem') ?? {}
      expect(events.length).toBeGreaterThan(0)
      expect(events.flatMap(complaints)).toEqual([])
      expect(events.every((one) => Buffer.byteLength(JSON.stringify(one)) < 256 * 1024)).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('the table finds what is missing', () => {
  const [finding] = eventsOf({})?.events ?? []
  expect(complaints({ ...finding, finding_info: { title: 't' }, time: 'now', evidences: [{ process: {} }] })).toEqual([
    'time',
    'finding_info.uid',
    'evidences.process: one of pid,uid',
  ])
})

test('an incident is a finding with its attacks, evidence and resources', () => {
  const [finding] = eventsOf({ severity: 4, status: 'acknowledged' })?.events ?? []
  expect(finding).toMatchObject({
    class_uid: 2004,
    type_uid: 200401,
    severity_id: 4,
    severity: 'High',
    status_id: 2,
    status: 'In Progress',
    finding_info: {
      title: 'Terminal shell in container',
      analytic: { name: 'Terminal shell in container', type_id: 1 },
      attacks: [{ technique: { uid: 'T1059' }, sub_technique: { uid: 'T1059.004' } }, { tactic: { uid: 'TA0002' } }],
    },
    evidences: [
      { process: { cmd_line: 'bash' }, device: { name: 'node-1' }, container: { uid: '8114e6b6fb8e', image: { name: 'nginx:1.29' } } },
    ],
    resources: [
      { type: 'Kubernetes workload', name: 'shop/web' },
      { type: 'Kubernetes Pod', name: 'shop/web-1' },
    ],
    metadata: { version: '1.5.0', product: { name: 'Creance' } },
  })
})

describe('actions', () => {
  test.each([
    ['isolate', { state: 'done' }, [1, 'Isolate', 1, 'Success']],
    ['delete', { state: 'failed', why: 'no', retryable: true }, [2, 'Evict', 6, 'Error']],
    ['evict', { state: 'refused', guard: 'budget', why: 'too many' }, [2, 'Evict', 2, 'Failure']],
    ['cordon', { state: 'dry_run', why: 'observe' }, [1, 'Isolate', 99, 'dry_run']],
    ['release', { state: 'undone' }, [3, 'Restore', 1, 'Success']],
    ['label', { state: 'done' }, [99, 'label', 1, 'Success']],
    ['constructor', { state: 'done' }, [99, 'constructor', 1, 'Success']],
  ] as const)('%s that is %j is told as %j', (name, outcome, expected) => {
    const [, told] = eventsOf({}, [action(name, { outcome })])?.events ?? []
    expect([told?.activity_id, told?.activity_name, told?.status_id, told?.status]).toEqual(expected)
    expect(told?.command_uid).toBe(`${name}-1`)
  })

  test('one that has no outcome yet, or was undone by a release, is not told', () => {
    const begun = action('isolate', { outcome: undefined, settledMs: undefined })
    const undone = action('isolate', { outcome: { state: 'undone' } }, 'b')
    expect(eventsOf({}, [begun, undone])?.events).toHaveLength(1)
  })

  test('what was told is not told again; its uid is the same whenever it is told', () => {
    const first = eventsOf({}, [action('isolate')])
    const again = eventsOf({ count: 2 }, [action('isolate')], first?.keeps)
    expect(again?.events.map(({ class_uid }) => class_uid)).toEqual([2004])
    const other = eventsOf({ count: 5 }, [action('isolate')])
    expect(other?.events[1]?.metadata.uid).toBe(first?.events[1]?.metadata.uid)
    expect(other?.events[0]?.metadata.uid).not.toBe(first?.events[0]?.metadata.uid)
  })
})

test.each(['', 'T1', 'T1059.4', 'TA1', 'x T1059', 'T1059/../'])('%j is no ATT&CK id', (id) => {
  expect(attackOf(id)).toBeUndefined()
})
