/** What a method answers, in Slack's form. A failure is an expected answer with HTTP 200, never a throw. */
export type Failure = { readonly ok: false; readonly error: string; readonly [key: string]: unknown }
export type Answer = Failure | { readonly ok: true; readonly [key: string]: unknown }

/** `error` is Slack's word; `problems` say where it is, as Slack puts them in `response_metadata.messages`. */
export function failed(error: string, problems: readonly string[] = []): Failure {
  if (problems.length === 0) return { ok: false, error }
  return { ok: false, error, errors: problems, response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) } }
}
