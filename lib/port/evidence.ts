/** Where evidence is kept: a bucket or a folder. What was kept under a key stays as it is.
 *  Errors: CodedError `throttled`, `unavailable`, `not_permitted`, `invalid_config` (no such bucket). */
export type EvidenceStore = {
  /** Keeps the bytes under `key` (letters, digits, `-`, `_`, `.`, and `/` between parts) unless there is something already; says where what is kept there is, as a URI
   *  (`s3://…`, `file://…`), and the SHA-256 of its bytes, in hex. */
  readonly keep: (key: string, bytes: Uint8Array) => Promise<{ readonly uri: string; readonly sha256: string }>
}
