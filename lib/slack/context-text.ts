import type { Account, Context, Earlier, Exposure, GrantedPower } from '../context/context.ts'
import { reach } from '../context/exposure.ts'
import type { Incident } from '../incident/incident.ts'
import { capital, clip, code, date, plain, wholeLines } from './text.ts'

/** How much is told of each: of what brings it close to its node, of bindings and of what each gives, of services and routes, of the images. */
export type Shown = Readonly<Record<'dangers' | 'groups' | 'words' | 'services' | 'neighbours' | 'images', number>>
/** In the message itself. */
export const AT_A_GLANCE: Shown = { dangers: 6, groups: 3, words: 4, services: 3, neighbours: 5, images: 3 }

const GRAVE_MAX = 2400
const SHOWN_UNREAD = 3

/** What about the pod makes the incident worse, the worst first; empty for an ordinary pod. For a section's text. */
export function graveText(context: Context, kind: Incident['subject']['kind']): string {
  return wholeLines(graveLines(context, kind), GRAVE_MAX).join('\n')
}

export function graveLines(context: Context, kind: Incident['subject']['kind'], shown = AT_A_GLANCE): readonly string[] {
  const { absent, dangers, account, exposure, earlier } = context
  return [
    ...(absent ? [`⚠️ ${plain(capital(absent))}`] : []),
    ...(dangers.length > 0 ? [dangersLine(dangers, shown)] : []),
    ...(account ? powerLines(account, shown) : []),
    ...(exposure ? exposureLines(exposure, shown) : []),
    ...(account?.cloudRole ? [`☁️ In the cloud it acts as ${code(account.cloudRole, 150)}`] : []),
    ...(earlier && earlier.count > 0 ? [earlierLine(earlier, kind)] : []),
  ]
}

/** What else is worth a look, each for an element of a context block: at most 6. */
export function otherTexts({ unread, siblings, neighbours, node, exposure, events }: Context, shown = AT_A_GLANCE): readonly string[] {
  const inside = exposure && !isOpen(exposure) ? exposure.services.slice(0, shown.services).map(({ name }) => code(name, 63)) : []
  const [event] = events.filter(({ type }) => type === 'Warning')
  return [
    ...(unread.length > 0 ? [unreadText(unread)] : []),
    ...(siblings ? [siblings.count === 0 ? 'The only pod of its workload' : `${siblings.ready} of ${siblings.count} siblings ready`] : []),
    ...(inside.length > 0 ? [`Within the cluster: Service ${inside.join(', ')}`] : []),
    ...(node?.unschedulable ? [`${code(node.name, 40)} takes no new pods`] : []),
    ...(neighbours ? [neighboursText(neighbours, node?.name ?? 'the node', shown)] : []),
    ...(event ? [`⚠️ ${plain(event.reason, 60)}: ${plain(event.message, 200)} (${date(event.atMs)})`] : []),
  ]
}

/** The images that run, each with the beginning of its digest where that is known; undefined where no image is. */
export function imagesText({ containers, pod }: Context, { images: most } = AT_A_GLANCE): string | undefined {
  const images: Context['containers'] = containers.length > 0 ? containers : (pod?.images ?? []).map((image) => ({ name: '', image }))
  const shown = images
    .slice(0, most)
    .map(({ image, digest }) => code(digest === undefined ? clip(image, 90) : `${clip(image, 90)}@${digest.slice(0, 19)}…`, 150))
  const more = images.length - shown.length
  return shown.length > 0 ? `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}` : undefined
}

function dangersLine(dangers: Context['dangers'], { dangers: most }: Shown): string {
  const shown = dangers.slice(0, most).map(({ what, containers }) => {
    const [first, ...others] = containers
    const where = first === undefined ? '' : ` (${code(first, 40)}${others.length > 0 ? ` and ${others.length} more` : ''})`
    return `${code(what, 60)}${where}`
  })
  const more = dangers.length - shown.length
  return `🔓 Close to its node: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** One line for each binding, with what it gives. */
function powerLines({ name, powers, morePowers, tokenMounted }: Account, shown: Shown): readonly string[] {
  const groups = [...Map.groupBy(powers, ({ by, where, names = [] }) => JSON.stringify([by, where, names])).values()]
  const left = groups.slice(shown.groups).reduce((sum, group) => sum + group.length, morePowers)
  const lines = groups.slice(0, shown.groups).map((group) => `🔑 Service account ${code(name, 63)} may: ${groupText(group, shown)}`)
  const notes = [...(left > 0 ? [`${left} more by other bindings`] : []), ...(tokenMounted ? [] : ['its token is not mounted here'])]
  return lines.map((line, at) => (at === lines.length - 1 ? [line, ...notes].join('; ') : line))
}

function groupText(group: readonly GrantedPower[], shown: Shown): string {
  const words = group.slice(0, shown.words).map((one) => plain(one.words, 60))
  const more = group.length > words.length ? ` and ${group.length - words.length} more` : ''
  const [{ names, where, by } = { by: '' }] = group
  const named = names ? ` named ${names.map((one) => code(one, 40)).join(', ')}` : ''
  return `${words.join(', ')}${more}${named} ${where === undefined ? 'in all namespaces' : `in ${code(where, 63)}`} (${code(by, 100)})`
}

function isOpen({ services, routes }: Exposure): boolean {
  return routes.length > 0 || services.some((service) => reach(service) > 0)
}

function exposureLines(exposure: Exposure, shown: Shown): readonly string[] {
  if (!isOpen(exposure)) return []
  const open = exposure.services.filter((service) => reach(service) > 0)
  const services = open.slice(0, shown.services).map(({ name, type, ports, addresses }) => {
    const at = addresses.length > 0 ? ` at ${code(addresses.slice(0, 2).join(', '), 120)}` : ''
    return `Service ${code(name, 63)} (${plain([type, ...ports.slice(0, 3)].join(' '), 60)}${at})`
  })
  const routes = exposure.routes.slice(0, shown.services).map(({ host, path }) => `Ingress ${code(`${host || '*'}${path || '/'}`, 120)}`)
  const more = open.length + exposure.routes.length - services.length - routes.length
  return [`🌐 Exposed by ${[...services, ...routes].join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
}

function earlierLine({ count, last }: Earlier, kind: Incident['subject']['kind']): string {
  const latest = last ? `, the last ${date(last.openedMs)}: ${plain(last.title, 100)} (${plain(last.status, 20)})` : ''
  return `🔁 ${count} earlier ${count === 1 ? 'incident' : 'incidents'} of this ${kind}${latest}`
}

function neighboursText({ names, count }: NonNullable<Context['neighbours']>, node: string, { neighbours: most }: Shown): string {
  const listed = names.slice(0, most).map((name) => code(name, 70))
  const rest = count - listed.length
  if (listed.length === 0) return 'Nothing else runs on its node'
  return `Also on ${code(node, 40)}: ${listed.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function unreadText(unread: readonly string[]): string {
  const shown = unread.slice(0, SHOWN_UNREAD).map((one) => clip(one, 115))
  const more = unread.length - shown.length
  return `⚠️ Could not be read: ${plain(shown.join('; '), 350)}${more > 0 ? ` and ${more} more` : ''}`
}
