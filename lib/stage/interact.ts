import { readForm } from '../slack/form.ts'
import { type SignedRequest, verifySignature } from '../slack/signature.ts'
import { noteOnce, noteUnreadable } from './interact/note-once.ts'
import type { PressPorts, Taken } from './interact/ports.ts'
import { readOrNote, takeInteraction } from './interact/take-interaction.ts'

export type InteractPorts = PressPorts & { readonly signingSecret: string }

/** `body`: what Slack is to do or to show, as JSON. */
export type InteractAnswer = { readonly status: 200 | 400 | 401 | 413 } & Taken

/** More than Slack sends: a message of ours with all that it may hold, form-encoded, is smaller. */
const MAX_BYTES = 1024 * 1024

/** Takes one request to the interactions or the commands URL: genuine, allowed, first and in time, or nothing changes. */
export async function interact(request: SignedRequest, ports: InteractPorts): Promise<InteractAnswer> {
  const { signingSecret, clock } = ports
  if (Buffer.byteLength(request.rawBody) > MAX_BYTES) return turnAway('too_large', ports)
  const signature = verifySignature(request, signingSecret, clock())
  if (signature !== 'genuine') return turnAway(signature, ports)
  const form = await readOrNote(() => readForm(request.rawBody, request.contentType), ports)
  if (!form) return { status: 400, outcome: 'invalid_input' }
  const taken = form.kind === 'command' ? await takeCommand(form.fields, ports) : await takeInteraction(form.payload, ports)
  return { status: taken.outcome === 'invalid_input' ? 400 : 200, ...taken }
}

/** Loaded when it is needed: compiling conditions takes time to load, and a press is not to wait for it. */
async function takeCommand(fields: unknown, ports: PressPorts): Promise<Taken> {
  const command = await import('./command.ts')
  const taken = await command.takeCommand(fields, ports)
  if (taken.outcome === 'invalid_input') await noteUnreadable('command: expected the fields of a slash command', ports)
  return taken
}

/** A request that Slack did not sign, or not lately, or that is too large to be looked at. Anybody on the network can send these: the journal takes
 *  one line a minute of each kind. */
async function turnAway(why: 'forged' | 'stale' | 'too_large', ports: InteractPorts): Promise<InteractAnswer> {
  await noteOnce({ id: `press-${why}`, kind: 'press', what: 'a request to the interactions URL', why }, ports)
  return { status: why === 'too_large' ? 413 : 401, outcome: why }
}
