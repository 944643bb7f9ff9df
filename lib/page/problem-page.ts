import { html } from 'hono/html'
import { documentOf } from './document.ts'
import type { Html } from './text.ts'

/** Pages that say why there is nothing to see. They are the same whatever was asked for. */
export const PROBLEMS = {
  forbidden: (nowMs: number) =>
    problem(nowMs, 'This link does not open this page', [
      'It has run out, is not complete, or is for another page. A link opens one incident, or the list, and holds for a week.',
      'To get a new one: in Slack, open the incident’s message or type /creance incidents, and follow the link there.',
    ]),
  notFound: (nowMs: number) =>
    problem(nowMs, 'There is nothing here', ['No such page, or an incident that is no longer kept. Look for it in the list of incidents.']),
  unavailable: (nowMs: number) =>
    problem(nowMs, 'This cannot be read now', [
      'The table did not answer as it should. Load the page again in a moment; the log says why.',
    ]),
  unreadable: (nowMs: number) =>
    problem(nowMs, 'This cannot be read', ['What the table holds of it has another shape than this version reads; the log says what.']),
  wrongQuestion: (nowMs: number, why: string) => problem(nowMs, 'The address is not one that this page knows', [`${why}.`]),
} as const

function problem(nowMs: number, title: string, words: readonly string[]): Html {
  return documentOf({ title, nowMs, main: html`<h1>${title}</h1>${words.map((one) => html`<p>${one}</p>`)}` })
}
