/** One event of audit.k8s.io/v1, as far as it is looked at here. */
export type AuditEvent = {
  readonly stage: string
  readonly verb: string
  readonly requestURI: string
  readonly requestReceivedTimestamp: string
  readonly user: { readonly username?: string }
  readonly responseStatus?: { readonly code?: number }
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly name?: string }
}

type Call = {
  /** What kubectl reads; where its line says INPUT, from a file of that name. */
  readonly input?: string
  /** The request is refused, or its stream breaks: kubectl fails. */
  readonly fails?: boolean
  /** Ends kubectl after so long. */
  readonly seconds?: number
}

/** Who acts. `kubectl` splits its line at spaces and gives what was printed; `anonymous` is a GET without credentials. */
export type Stage = {
  readonly kubectl: (user: 'alice' | 'bob' | 'nameless', line: string, call?: Call) => Promise<string>
  readonly anonymous: (path: string) => Promise<void>
}

/** What is done while the audit log is watched. `file`: the fixture's name; `about`: its line in the README. Of the actors' events those that
 *  `keep` accepts are written; alice and bob act unless others are named. */
export type Deed = {
  readonly file: string
  readonly about: string
  readonly before?: (stage: Stage) => Promise<unknown>
  readonly run: (stage: Stage) => Promise<unknown>
  readonly actors?: readonly (string | RegExp)[]
  readonly keep?: (event: AuditEvent) => boolean
}
