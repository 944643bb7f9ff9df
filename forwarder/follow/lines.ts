const MAX_LINE_BYTES = 1024 * 1024
const HEAD_BYTES = 4096
const NEWLINE = 0x0a

/** A line without its ending; `end`: the offset in the input after its newline. */
export type Line = { readonly text: string; readonly end: number }
/** Whole lines, none empty; `end`: the offset after the last newline so far, before any partial line. */
export type Lines = { readonly lines: readonly Line[]; readonly end: number }
/** Told of each line over 1 MiB: its first 4096 bytes and its length. */
export type OnOversize = (head: Buffer, bytes: number) => void
export type LineSplitter = {
  /** The lines that this piece completes. The piece may be overwritten afterwards. */
  readonly add: (piece: Buffer) => Lines
  /** Takes what is left without a newline for the last line. */
  readonly finish: () => Lines
}

/** Bytes in pieces of any size → whole lines, decoded as UTF-8 only when whole; LF or CRLF. A line over 1 MiB is passed over and never
 *  held in memory. `start`: the offset of the first byte in the input. */
export function lineSplitter(onOversize: OnOversize, start = 0): LineSplitter {
  let partial: Buffer[] = []
  let partialBytes = 0
  let end = start

  const gather = (part: Buffer): void => {
    const wasOversize = partialBytes > MAX_LINE_BYTES
    partialBytes += part.length
    if (!wasOversize) partial.push(Buffer.from(part))
    if (!wasOversize && partialBytes > MAX_LINE_BYTES) partial = [Buffer.from(Buffer.concat(partial).subarray(0, HEAD_BYTES))]
  }

  const close = (last: Buffer, endingBytes: number): Line | undefined => {
    const alone = partialBytes === 0 && last.length <= MAX_LINE_BYTES // most lines are whole in one piece: no copy for them
    if (!alone) gather(last)
    const bytes = alone ? last.length : partialBytes
    const line = alone ? last : Buffer.concat(partial)
    partial = []
    partialBytes = 0
    end += bytes + endingBytes
    if (bytes > MAX_LINE_BYTES) {
      onOversize(line, bytes)
      return undefined
    }
    const text = line.toString('utf8').replace(/\r$/, '')
    return text === '' ? undefined : { text, end }
  }

  return {
    add: (piece) => {
      const lines: Line[] = []
      let from = 0
      for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, from)) {
        const line = close(piece.subarray(from, at), 1)
        if (line) lines.push(line)
        from = at + 1
      }
      if (from < piece.length) gather(piece.subarray(from))
      return { lines, end }
    },
    finish: () => {
      const line = close(Buffer.alloc(0), 0)
      return { lines: line ? [line] : [], end }
    },
  }
}
