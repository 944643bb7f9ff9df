import * as z from 'zod'
import type { State } from '../state.ts'
import { type Answer, failed } from './answer.ts'

/** A call's arguments as they came: strings from a form, anything from JSON. */
export type Arguments = Readonly<Record<string, unknown>>

export type Method = (args: Arguments, state: State) => Answer

/** Arguments that do not fit `schema` are Slack's `invalid_arguments`. */
export function method<S extends z.ZodType>(schema: S, run: (args: z.output<S>, state: State) => Answer): Method {
  return (args, state) => {
    const parsed = schema.safeParse(args)
    if (parsed.success) return run(parsed.data, state)
    const problems = parsed.error.issues.map(({ path, message }) => `${message} [json-pointer:/${path.map(String).join('/')}]`)
    return failed('invalid_arguments', problems)
  }
}

/** Slack's booleans: true, "true", "1", … */
export const Flag = z.boolean().or(z.stringbool()).optional().default(false)

/** How many to answer at most. */
export const Limit = z.coerce.number().int().min(1).max(999).optional().default(100)

export const Word = z.string().max(4000).optional()

/** The value of a JSON string; what is no string, or no JSON, as it is: no schema here takes a string. */
export function fromJson(argument: unknown): unknown {
  if (typeof argument !== 'string') return argument
  try {
    return JSON.parse(argument)
  } catch {
    return argument
  }
}
