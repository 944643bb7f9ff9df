const HEAD_CHARACTERS = 4096

/** The head of an event's text, for a look: up to what was asked and answered, since those may be the body of a Secret. */
export function auditHead(text: string): string {
  const body = text.search(/"(?:request|response)Object"/)
  return text.slice(0, Math.min(HEAD_CHARACTERS, body === -1 ? HEAD_CHARACTERS : body))
}
