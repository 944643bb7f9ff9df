import fc from 'fast-check'
import type { Incident } from '../../../lib/incident/incident.ts'
import type { IncidentView } from '../../../lib/response/view.ts'
import { type IncidentEvent, incidentEvent } from '../../../lib/webhook/incident-event.ts'
import { action, incident } from './story.ts'

const NASTY = [
  '"}],"x":[{"',
  '\r\nX-Evil: 1',
  '</script><at>all</at>',
  '[link](javascript:alert(1)) **bold** <!channel>',
  '\u202egnp.exe',
  '\u0000\u0007\u001b[2J',
  '{incident.id} {{ }} {x}',
  '\ud800',
  '👩‍👩‍👧‍👦'.repeat(300),
  'x'.repeat(70_000),
  '\\'.repeat(3000),
]
export const hostileText = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 3000 }),
  fc.string({ unit: fc.constantFrom(' ', '\n', '"', '<', '\u0001', '\ud83d', 'a'), maxLength: 400 }),
)

/** An incident with an attacker's words wherever a text may stand. */
export const hostileView: fc.Arbitrary<IncidentView> = fc
  .record({
    texts: fc.array(hostileText, { minLength: 12, maxLength: 12 }),
    severity: fc.constantFrom<Incident['severity']>(0, 1, 2, 3, 4, 5),
    status: fc.constantFrom<Incident['status']>('open', 'acknowledged', 'contained', 'closed'),
    many: fc.constantFrom(1, 30),
  })
  .map(({ texts, severity, status, many }): IncidentView => {
    const at = (index: number): string => texts[index % texts.length] ?? ''
    const base = incident()
    const evidence = Array.from({ length: Math.min(many, 20) }, (_, index) => ({
      ...base.latest,
      rule: at(index),
      message: at(index + 1),
      command: at(index + 2),
      file: at(index + 3),
      user: at(index + 4),
      connection: at(index + 5),
      image: at(index + 6),
      pod: at(index + 7) || 'p',
      namespace: at(index + 8) || 'n',
    }))
    return {
      incident: {
        ...base,
        title: at(0),
        severity,
        status,
        correlations: texts.slice(0, many).map((text, index) => `${index}${text}`),
        rules: texts,
        mitre: [...texts.slice(0, 3), 'T1059'],
        evidence,
        latest: evidence[0] ?? base.latest,
        subject: {
          kind: 'workload',
          key: 'k',
          cluster: at(1),
          namespace: at(2),
          workload: at(3),
          user: at(4),
          node: at(5),
          container: at(6),
        },
        acknowledgedBy: at(7),
        closedBy: at(8),
        closedWhy: at(9),
      },
      context: undefined,
      plans: [],
      actions: Array.from({ length: many }, (_, index) => {
        const one = action('isolate', {}, `a${index}`)
        return {
          ...one,
          request: {
            ...one.request,
            action: at(index),
            target: { ...one.request.target, pod: at(index + 1) },
            by: { kind: 'user' as const, id: 'U', name: at(index + 2) },
          },
          outcome: { state: 'refused' as const, guard: at(index + 3), why: at(index + 4) },
        }
      }),
      silences: [],
      offers: [],
    }
  })

export const hostileEvent: fc.Arbitrary<IncidentEvent> = hostileView.map((view) => incidentEvent(view, { url: 'https://page.example/i/1' }))

/** Every text in a JSON value. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => [key, ...textsIn(one)])
}
