import * as z from 'zod'

/** A text of at most `max` characters. Not zod's own `max`, nor its `min`: they look at the length of what is no text too, and comparing
 *  `{"length": {"toString": 1, "valueOf": 1}}` with a number throws. */
export function textOfAtMost(max: number) {
  return z.string().refine((text) => text.length <= max, `expected at most ${max} characters`)
}

/** What becomes part of ids and keys is bounded, far above what agents and Kubernetes allow. protobuf's JSON leaves out what is empty, zero or
 *  false, and some agents print null for it. */
export const RuleName = textOfAtMost(256).refine((name) => name !== '', 'expected a name')
export const TagList = z.array(textOfAtMost(128)).refine((tags) => tags.length <= 100, 'expected at most 100')
export const NodeName = textOfAtMost(253).nullish()
export const Tags = TagList.nullish()
export const Text = z.string().nullish()
/** A 64-bit integer is text: so protobuf's JSON prints it, and so parseJson reads what a number cannot hold. */
export const Integer = z.union([
  z.number().refine((value) => Number.isInteger(value) && Math.abs(value) < 1e20, 'expected an integer of at most 20 digits'),
  z.string().regex(/^-?\d{1,20}$/),
])

/** `uid 0`: how a user is called of whom the agent knows the number alone. */
export function userOfUid(uid: z.infer<typeof Integer> | null | undefined): string | undefined {
  return uid === null || uid === undefined || String(uid).startsWith('-') ? undefined : `uid ${uid}`
}
