import type { SettingsOf } from '../../route/webhook.ts'
import { type Change, changeOf } from '../change.ts'
import { actionLines, evidenceLines, factsOf } from '../describe.ts'
import type { IncidentEvent } from '../incident-event.ts'
import { jsonRequest, type Template } from '../template.ts'
import { linesWithin, oneLine } from '../text.ts'

/** A card in Microsoft Teams, by a workflow that "posts to a channel when a webhook request is received"; a new one for each change, since what is posted cannot
 *  be edited that way. All texts are text runs, which know no Markdown and no mentions. A message may have 28 KB, counted in UTF-16: about 14,000 characters.
 *  Sources: Microsoft Learn, "Create incoming webhooks with Workflows", and the Adaptive Cards schema 1.4. */
export const teams: Template<SettingsOf<'teams'>> = (now) => {
  const change = changeOf(now, now.settings.updates)
  if (!change) return undefined
  const message = {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: cardOf(now.event, change) }],
  }
  return { name: 'card', id: change.id, said: change.type, request: jsonRequest('POST', now.url, message), keeps: change.keeps }
}

const COLORS = ['default', 'accent', 'accent', 'warning', 'attention', 'attention'] as const
const HEADINGS = { opened: 'Incident', updated: 'News of an incident', closed: 'Incident closed' } as const

function cardOf(event: IncidentEvent, { type, lines }: Change) {
  const color = event.status === 'closed' || event.status === 'contained' ? 'good' : COLORS[event.severity.number]
  const news = type === 'opened' ? [] : paragraphs('News', lines, 1500)
  const body = [
    runs([{ text: HEADINGS[type], isSubtle: true, size: 'small' }]),
    runs([{ text: oneLine(event.summary, 400), weight: 'bolder', size: 'medium', color }]),
    ...news,
    ...factsOf(event)
      .filter(([name]) => name !== 'Page')
      .map(([name, value]) => runs([{ text: `${name}: `, weight: 'bolder' }, { text: oneLine(value, 180) }], 'none')),
    ...paragraphs('What was seen', type === 'opened' ? evidenceLines(event) : [], 3000, 'monospace'),
    ...paragraphs('What was done', type === 'opened' ? actionLines(event) : [], 1500),
  ]
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body,
    ...(event.link ? { actions: [{ type: 'Action.OpenUrl', title: 'Open the incident', url: event.link }] } : {}),
  }
}

type Run = { readonly text: string } & Readonly<Record<string, string | boolean>>

function runs(inlines: readonly Run[], spacing = 'default') {
  return { type: 'RichTextBlock', spacing, inlines: inlines.map((run) => ({ type: 'TextRun', ...run })) }
}

function paragraphs(title: string, lines: readonly string[], max: number, fontType = 'default') {
  if (lines.length === 0) return []
  const shown = linesWithin(
    lines.slice(0, 12).map((line) => oneLine(line, 400)),
    max,
  ).split('\n')
  return [runs([{ text: title, weight: 'bolder' }]), ...shown.map((text) => runs([{ text, fontType }], 'small'))]
}
