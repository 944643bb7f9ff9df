import type { Scalar } from '../condition/field.ts'
import type { AuditEvent } from './event.ts'
import { textOf } from './json.ts'
import { indentJson } from './json-layout.ts'
import { compilePointer } from './pointer.ts'
import { clockText, dateTimeText, fractionOf, isoText, secondsOf, withoutFraction } from './time-text.ts'

type Get = (event: AuditEvent) => Scalar | undefined

/** The `evt.*` fields that every source has. Times of day are in UTC; the machine is not known, nor is an audit event asynchronous. */
export const GENERAL_FIELDS: ReadonlyMap<string, Get> = new Map<string, Get>([
  ['evt.num', ({ number }) => number],
  ['evt.time', ({ timeNs }) => clockText(timeNs)],
  ['evt.time.s', ({ timeNs }) => withoutFraction(clockText(timeNs))],
  ['evt.time.iso8601', ({ timeNs }) => isoText(timeNs)],
  ['evt.datetime', ({ timeNs }) => dateTimeText(timeNs)],
  ['evt.datetime.s', ({ timeNs }) => withoutFraction(dateTimeText(timeNs))],
  ['evt.rawtime', ({ timeNs }) => BigInt(timeNs)],
  ['evt.rawtime.s', ({ timeNs }) => secondsOf(timeNs)],
  ['evt.rawtime.ns', ({ timeNs }) => fractionOf(timeNs)],
  ['evt.reltime', (event) => BigInt(sinceFirst(event))],
  ['evt.reltime.s', (event) => secondsOf(sinceFirst(event))],
  ['evt.reltime.ns', (event) => fractionOf(sinceFirst(event))],
  ['evt.source', () => 'k8s_audit'],
  ['evt.pluginname', () => 'k8saudit'],
  ['evt.plugininfo', ({ text }) => text],
  ['evt.is_async', () => false],
  ['evt.asynctype', () => undefined],
  ['evt.hostname', () => undefined],
])

/** `json.*` and its older name `jevt.*`. */
export const JSON_FIELDS: ReadonlyMap<string, (argument: string | undefined) => Get> = new Map(
  ['json', 'jevt'].flatMap((prefix): [string, (argument: string | undefined) => Get][] => [
    [`${prefix}.value`, valueUnder],
    [`${prefix}.obj`, () => (event) => indentJson(event.text)],
    [`${prefix}.rawtime`, () => (event) => event.timeNs],
  ]),
)

function valueUnder(pointer = ''): Get {
  const find = compilePointer(pointer)
  return ({ json }) => {
    const found = find(json)
    return found && textOf(found)
  }
}

/** Nanoseconds since the payload's first event, as decimal text; an event of an earlier time has 0. */
function sinceFirst({ timeNs, firstTimeNs }: AuditEvent): string {
  const since = BigInt(timeNs) - BigInt(firstTimeNs)
  return String(since < 0n ? 0n : since)
}
