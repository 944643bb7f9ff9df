import * as z from 'zod'

/** A text's beginning, with "…" in place of what is left out, of at most so many bytes as JSON (without the quotes). */
export function short(text: string, maxBytes: number): string {
  const size = (some: string) => Buffer.byteLength(JSON.stringify(some)) - 2
  let cut = text.slice(0, maxBytes)
  if (cut.length === text.length && size(cut) <= maxBytes) return cut
  while (size(`${cut}…`) > maxBytes && cut !== '') cut = cut.slice(0, Math.floor(cut.length * 0.8))
  return `${cut}…`
}

/** A list's first items that have this shape; of what is no list, none. Never an error: what a cluster holds need not be what it should. */
export function listOf<T>(item: z.ZodType<T>, max: number) {
  return z
    .unknown()
    .optional()
    .transform((value): readonly T[] => {
      if (!Array.isArray(value)) return []
      return value.slice(0, max).flatMap((one) => {
        const parsed = item.safeParse(one)
        return parsed.success ? [parsed.data] : []
      })
    })
}

/** A part of an object whose every field has a value for when it is missing: of what is no object, all of these. */
export function partOf<S extends z.ZodType>(schema: S) {
  return z
    .unknown()
    .optional()
    .transform((value): z.output<S> => schema.safeParse(value).data ?? schema.parse({}))
}

/** A map of texts, without what is none. */
export const textMap = z
  .unknown()
  .optional()
  .transform((value): Readonly<Record<string, string>> => {
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  })

export const text = z.string().catch('')
