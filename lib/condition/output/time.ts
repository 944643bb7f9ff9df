import { type FieldLookup, isList, type Value } from '../field.ts'

/** How Falco prints its time fields of text type, in UTC. An event has them as nanoseconds since 1970, in decimal. */
const TIME_FIELDS: ReadonlyMap<string, (nanoseconds: bigint) => string> = new Map([
  ['evt.time', clockTime],
  ['evt.time.s', (nanoseconds) => clockTime(nanoseconds).slice(0, 8)],
  ['evt.time.iso8601', (nanoseconds) => `${isoTime(nanoseconds)}+0000`],
  ['evt.datetime', (nanoseconds) => isoTime(nanoseconds).replace('T', ' ')],
  ['evt.datetime.s', (nanoseconds) => isoTime(nanoseconds).slice(0, 19).replace('T', ' ')],
])

/** `2016-08-04T16:17:57.882003104`, without a zone. */
export function isoTime(nanoseconds: bigint): string {
  const bounded = BigInt.asUintN(64, nanoseconds) // as Falco keeps it; a Date holds all of these
  const seconds = new Date(Number(bounded / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(bounded % 1_000_000_000n).padStart(9, '0')}`
}

/** `16:17:57.882003104` */
export function clockTime(nanoseconds: bigint): string {
  return isoTime(nanoseconds).slice(11)
}

/** The lookup with time fields as the text that Falco prints; one that an event has as text already stays so. */
export function printTimes<Event>(lookup: FieldLookup<Event>): FieldLookup<Event> {
  return (name, argument) => {
    const field = lookup(name, argument)
    const print = TIME_FIELDS.get(name)
    if (print === undefined || field === undefined || 'refused' in field) return field
    return {
      type: 'string',
      get: (event) => {
        const value = field.get(event)
        const nanoseconds = readNanoseconds(value)
        return nanoseconds === undefined ? value : print(nanoseconds)
      },
    }
  }
}

/** The value of a field; of a time field the nanoseconds as an integer. */
export function readTime(name: string, value: Value | undefined): Value | undefined {
  return TIME_FIELDS.has(name) ? (readNanoseconds(value) ?? value) : value
}

function readNanoseconds(value: Value | undefined): bigint | undefined {
  const text = value === undefined || isList(value) ? '' : String(value)
  return /^[0-9]{1,20}$/.test(text) ? BigInt(text) : undefined
}
