export type Schema = Readonly<Record<string, unknown>>

/** What holds only where `condition` does, and what else. */
export function when(condition: Schema, consequence: Schema, otherwise?: Schema): Schema {
  // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema; nobody awaits a schema
  return { if: condition, then: consequence, ...(otherwise === undefined ? {} : { else: otherwise }) }
}
