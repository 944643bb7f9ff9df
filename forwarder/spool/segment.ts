import { crc32 } from 'node:zlib'

/** Urgent alerts have files of their own, so that they can leave ahead of the others. */
export const LANES = ['urgent', 'normal'] as const
export type LaneName = (typeof LANES)[number]

/** One file of the spool: alerts that leave together. `bytes`: how much of it is known to be on disk. `firstMs`: when its first alert came,
 *  Unix milliseconds. */
export type Segment = {
  readonly lane: LaneName
  readonly sequence: number
  readonly firstMs: number
  readonly name: string
  readonly bytes: number
}

const NAME = /^(urgent|normal)-(\d{12})-(\d{13})\.log$/
const CRC_CHARACTERS = 8
const NEWLINE = 0x0a

/** `normal-000000000017-1795496718470.log`: names sort in the order in which the files were begun. */
export function segmentName(lane: LaneName, sequence: number, firstMs: number): string {
  return `${lane}-${String(sequence).padStart(12, '0')}-${String(firstMs).padStart(13, '0')}.log`
}

export function parseSegmentName(name: string): Omit<Segment, 'bytes'> | undefined {
  const [, lane, sequence, firstMs] = NAME.exec(name) ?? []
  const known = LANES.find((one) => one === lane)
  return known && { lane: known, sequence: Number(sequence), firstMs: Number(firstMs), name }
}

/** A record of a segment: the CRC-32 of the line in hex, a space, the line (JSON, so no newline is in it), a newline. */
export function encodeRecord(line: string): Buffer {
  return Buffer.from(`${crc32(line).toString(16).padStart(CRC_CHARACTERS, '0')} ${line}\n`)
}

/** A segment's lines, in order. `damaged`: records that are not what was written, which a disk or a torn write made; a tail without its newline
 *  was never acknowledged and is only counted. Never throws. */
export function readRecords(bytes: Buffer): {
  readonly lines: readonly Buffer[]
  readonly damaged: readonly Buffer[]
  readonly tornBytes: number
} {
  const lines: Buffer[] = []
  const damaged: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    const record = bytes.subarray(start, end)
    const line = record.subarray(CRC_CHARACTERS + 1)
    if (record.toString('latin1', 0, CRC_CHARACTERS + 1) === `${crc32(line).toString(16).padStart(CRC_CHARACTERS, '0')} `) {
      lines.push(line)
    } else {
      damaged.push(record)
    }
    start = end + 1
  }
  return { lines, damaged, tornBytes: bytes.length - start }
}
