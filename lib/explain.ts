import { SEVERITY_NAMES } from './detection/detection.ts'
import type { Evidence } from './detection/evidence.ts'
import { printable } from './printable.ts'
import { utcTime } from './replay.ts'
import type { IncidentView } from './response/view.ts'
import type { Route } from './route/route.ts'

/** An incident in words, line by line: what it is about, which correlations came true in which window, on which detections, and what it called for.
 *  Control characters, which attackers write, are escaped. */
export function explainIncident({ incident, plans }: IncidentView, routes: readonly Route[]): readonly string[] {
  const { id, title, subject, severity, count, firstNs, lastNs, firings, evidence, pods, cause, silenced } = incident
  const told = routes.filter(({ name }) => incident.routes.includes(name)).map(({ name }) => name)
  const seen = `${pods.seen.length} ${pods.seen.length === 1 ? 'pod' : 'pods'}`
  return [
    `${title}`,
    `  incident    ${id}, ${SEVERITY_NAMES[severity]}`,
    `  about       ${subject.key}${pods.seen.length > 0 ? ` (${seen}: ${pods.names.slice(0, 5).join(', ')})` : ''}`,
    `  because of  ${causeWords(cause)}`,
    `  detections  ${count}, from ${utcTime(firstNs)} to ${utcTime(lastNs)}`,
    ...firings.flatMap(({ correlation, group, fromNs, toNs, hits }) => [
      `  came true   ${correlation}`,
      `              for ${group.length > 0 ? group.join(', ') : 'all'}`,
      `              ${hits} detections from ${utcTime(fromNs)} to ${utcTime(toNs)}`,
    ]),
    ...(firings.length === 0 ? ['  came true   no correlation: the rule alone'] : []),
    ...evidence.map((one) => `  seen        ${utcTime(one.timeNs)} ${one.rule}${details(one)}`),
    ...(count > evidence.length ? [`              and ${count - evidence.length} more`] : []),
    ...plans.map(({ response, mode, request: { action, target } }) => {
      return `  calls for   ${action} ${target.namespace}/${target.pod}: ${mode}, by response "${response}"`
    }),
    ...(plans.length === 0 ? ['  calls for   nothing'] : []),
    `  told        ${told.length > 0 ? told.join(', ') : silenced.length > 0 ? `nobody: silenced by ${silenced.join(', ')}` : 'nobody: no route matches'}`,
    '',
  ].map(printable)
}

function causeWords(cause: string): string {
  const [kind = '', ...name] = cause.split('/')
  return kind === 'family' ? `one of the correlations that go with "${name.join('/')}"` : `the ${kind} "${name.join('/')}"`
}

function details({ namespace, pod, node, command, process, file, user, id }: Evidence): string {
  const where = namespace && pod ? ` in ${namespace}/${pod}` : node ? ` on ${node}` : ''
  const what = [command ?? process, file].filter((text) => text).join(' · ')
  return `${where}${what ? `: ${what.slice(0, 200)}` : ''}${user ? ` as ${user}` : ''} [${id.slice(0, 12)}]`
}
