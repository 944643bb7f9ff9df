import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../lib/port/log.ts'
import { laneWriter } from './lane.ts'
import { lockFolder } from './lock.ts'
import { encodeRecord, LANES, type LaneName, parseSegmentName, readRecords, type Segment } from './segment.ts'

const UNDELIVERABLE = 'undeliverable'

export type SpoolOptions = {
  readonly folder: string
  /** What all files together may take. */
  readonly maxBytes: number
  readonly segmentBytes: () => number
  readonly lingerMs: number
  readonly clock: () => number
  readonly log: Log
  /** A record that is not what was written, for a look. */
  readonly onDamaged: (record: Buffer) => void
}

/** Alerts on disk, on their way to the queue. What is appended is kept through a kill at any byte, and leaves in files of alerts that leave
 *  together, oldest first, urgent ones ahead. A file is taken, read, sent and then removed; what was not removed is there again after a restart,
 *  with the same alerts in the same file. */
export type Spool = {
  /** `kept`: on disk. `full`: there is no room, and it is not kept. Throws what the disk says. */
  readonly append: (line: string, urgent: boolean) => Promise<'kept' | 'full'>
  /** The oldest file that may leave, of that lane; it is the caller's, who removes it, or sets it aside. */
  readonly take: (lane: LaneName) => Promise<Segment | undefined>
  /** Gives a file back that was taken and not sent: it is the next. */
  readonly putBack: (segment: Segment) => void
  readonly read: (segment: Segment) => Promise<readonly Buffer[]>
  readonly remove: (segment: Segment) => Promise<void>
  /** For what the queue will never take: moved to the folder `undeliverable`, and still counted. */
  readonly setAside: (segment: Segment) => Promise<void>
  /** From now on everything may leave at once. */
  readonly hurry: () => Promise<void>
  readonly state: () => SpoolState
  /** Nothing waits to be sent. */
  readonly isEmpty: () => boolean
  /** `listener` is called when something can be taken that could not be before. */
  readonly onReady: (listener: () => void) => void
  /** Lets the folder go, with what is in it. */
  readonly close: () => Promise<void>
}

/** `oldestMs`: when the oldest alert that is still there came; undefined: the spool is empty. */
export type SpoolState = {
  readonly bytes: number
  readonly maxBytes: number
  readonly segments: number
  readonly oldestMs: number | undefined
  readonly undeliverable: number
}

/** Opens the folder, or makes it, for this process alone, with what an earlier one left in it. Throws `invalid_config` where the folder cannot
 *  be used, `unavailable` where another process has it. */
export function openSpool(options: SpoolOptions): Spool {
  const { folder, maxBytes, log } = options
  const lock = lockFolder(folder)
  mkdirSync(join(folder, UNDELIVERABLE), { recursive: true, mode: 0o700 })
  const found = segmentsIn(folder)
  const aside = segmentsIn(join(folder, UNDELIVERABLE))
  let sequence = [...found, ...aside].reduce((highest, segment) => Math.max(highest, segment.sequence), 0)
  const sizes = new Map([...found, ...aside].map((segment) => [segment.name, segment]))
  const asideNames = new Set(aside.map(({ name }) => name))
  const sealed: Record<LaneName, Segment[]> = {
    urgent: found.filter(({ lane }) => lane === 'urgent'),
    normal: found.filter(({ lane }) => lane === 'normal'),
  }
  let bytes = [...sizes.values()].reduce((sum, segment) => sum + segment.bytes, 0)
  let listener = (): void => undefined
  if (found.length > 0) log.info('alerts of an earlier run are on disk and will be sent', { files: found.length, bytes })

  const lanes = Object.fromEntries(
    LANES.map((lane) => {
      const writer = laneWriter(
        {
          folder,
          lane,
          segmentBytes: options.segmentBytes,
          lingerMs: lane === 'urgent' ? 0 : options.lingerMs,
          nextSequence: () => ++sequence,
          clock: options.clock,
          onReady: () => listener(),
        },
        (segment) => {
          sizes.set(segment.name, segment)
          sealed[lane].push(segment)
        },
      )
      return [lane, writer]
    }),
  ) as Record<LaneName, ReturnType<typeof laneWriter>>

  const forget = (segment: Segment): void => {
    sizes.delete(segment.name)
    bytes -= segment.bytes
  }

  return {
    append: async (line, urgent) => {
      const record = encodeRecord(line)
      if (bytes + record.length > maxBytes) return 'full'
      bytes += record.length // at once: others that come meanwhile find that much less room
      try {
        await lanes[urgent ? 'urgent' : 'normal'].append(record)
        return 'kept'
      } catch (error) {
        bytes -= record.length
        throw error
      }
    },
    take: async (lane) => {
      const [oldest] = sealed[lane]
      if (oldest) return sealed[lane].shift()
      if (!lanes[lane].isDue()) return undefined
      const segment = await lanes[lane].seal({ dueOnly: true })
      if (segment) sizes.set(segment.name, segment)
      return segment
    },
    putBack: (segment) => {
      sealed[segment.lane].unshift(segment)
      listener()
    },
    read: async (segment) => {
      const data = await readFile(join(folder, segment.name))
      const { lines, damaged, tornBytes } = readRecords(data.subarray(0, segment.bytes))
      if (tornBytes > 0)
        log.info('a write that was broken off is passed over: nobody was told that it is kept', { file: segment.name, bytes: tornBytes })
      if (damaged.length > 0)
        log.error('records on disk are damaged', { file: segment.name, records: damaged.length, kept: 'rejects.jsonl' })
      for (const record of damaged) options.onDamaged(record)
      return lines
    },
    remove: async (segment) => {
      await rm(join(folder, segment.name), { force: true })
      forget(segment)
    },
    setAside: async (segment) => {
      await rename(join(folder, segment.name), join(folder, UNDELIVERABLE, segment.name))
      asideNames.add(segment.name)
    },
    hurry: async () => {
      for (const lane of LANES) {
        const segment = await lanes[lane].seal()
        if (!segment) continue
        sizes.set(segment.name, segment)
        sealed[lane].push(segment)
      }
      listener()
    },
    state: () => {
      const waiting = [...sizes.values()].filter(({ name }) => !asideNames.has(name))
      const times = [...waiting.map(({ firstMs }) => firstMs), ...LANES.map((lane) => lanes[lane].firstMs())]
      const oldestMs = times.reduce((oldest, time) => (time === undefined || (oldest ?? time) < time ? oldest : time), undefined)
      return { bytes, maxBytes, segments: waiting.length, oldestMs, undeliverable: asideNames.size }
    },
    isEmpty: () => sizes.size === asideNames.size && LANES.every((lane) => lanes[lane].firstMs() === undefined),
    onReady: (toCall) => {
      listener = toCall
    },
    close: async () => {
      for (const lane of LANES) await lanes[lane].seal()
      lock.release()
    },
  }
}

function segmentsIn(folder: string): Segment[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const parsed = parseSegmentName(name)
      return parsed ? [{ ...parsed, bytes: statSync(join(folder, name)).size }] : []
    })
}
