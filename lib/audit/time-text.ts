/** Nanoseconds since 1970 (decimal text) in the parts and forms that Falco shows, in UTC. */
export function secondsOf(timeNs: string): bigint {
  return BigInt(timeNs) / 1_000_000_000n
}

/** The nanoseconds within the second. */
export function fractionOf(timeNs: string): bigint {
  return BigInt(timeNs) % 1_000_000_000n
}

/** `2024-05-06T07:08:09.000000001+0000` */
export function isoText(timeNs: string): string {
  return `${dateOf(timeNs)}T${clockText(timeNs)}+0000`
}

/** `2024-05-06 07:08:09.000000001` */
export function dateTimeText(timeNs: string): string {
  return `${dateOf(timeNs)} ${clockText(timeNs)}`
}

/** `07:08:09.000000001` */
export function clockText(timeNs: string): string {
  return `${isoSeconds(timeNs).slice(11)}.${fractionOf(timeNs).toString().padStart(9, '0')}`
}

/** A text of the above without its fraction. */
export function withoutFraction(time: string): string {
  return time.slice(0, time.indexOf('.'))
}

function dateOf(timeNs: string): string {
  return isoSeconds(timeNs).slice(0, 10)
}

function isoSeconds(timeNs: string): string {
  return new Date(Number(secondsOf(timeNs)) * 1000).toISOString().slice(0, 19)
}
