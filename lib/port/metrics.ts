/** Counts what happened. Labels come from small fixed sets, never from what an alert says. */
export type Metrics = {
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
}
