import { html } from 'hono/html'
import type { Account, Context } from '../context/context.ts'
import { reach } from '../context/exposure.ts'
import { graph } from './graph.ts'
import { code, joined, words } from './pieces.ts'
import type { Story } from './story.ts'
import { capital, counted, decimal, type Html } from './text.ts'
import { moment } from './time.ts'

/** What the cluster said of the pod when it was asked: whose it is, what it may do, who reaches it, what is beside it; and what was not read. `incidentLink`: where
 *  another incident can be seen, if it may be. */
export function around(story: Story, nowMs: number, incidentLink?: (id: string) => string): Html {
  const { context } = story
  if (!context)
    return html`<h2 id="around">Around it</h2>${graph(story)}<p class="note">What was not read: the cluster was not asked about this incident yet. What stands above is what agents say.</p>`
  const { absent, of, atMs } = context
  return html`<h2 id="around">Around it</h2>
<p class="soft">As the cluster said${of ? html` of ${code(of, 400)}` : ''} ${moment(atMs, nowMs)}.</p>
${absent ? html`<p class="note"><b>${words(capital(absent), 300)}</b></p>` : ''}
${graph(story)}
${section('Close to its node', dangers(context))}
${context.account ? section('What its service account may do', account(context.account)) : ''}
${section('Who reaches it', exposure(context))}
${section('Containers', containers(context))}
${section('Beside it', beside(context))}
${section('Earlier', earlier(context, nowMs, incidentLink))}
${section('Events of the pod', events(context, nowMs))}
<h3 id="unread">What was not read</h3>
${context.unread.length > 0 ? html`<ul>${context.unread.map((one) => html`<li>${words(one, 500)}</li>`)}</ul>` : html`<p>Nothing: all that was asked for was answered.</p>`}`
}

function section(title: string, lines: readonly Html[]): Html {
  return lines.length === 0 ? html`` : html`<h3>${title}</h3><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}

function dangers({ dangers: all }: Context): readonly Html[] {
  return all.map(
    ({ what, containers: where }) =>
      html`${code(what, 100)}${where.length > 0 ? html` in ${joined(where.map((one) => code(one, 63)))}` : ''}`,
  )
}

function account({ name, powers, morePowers, tokenMounted, cloudRole }: Account): readonly Html[] {
  const lines = powers.map(({ words: may, where, by, role, names }) => {
    const only = names ? html` named ${joined(names.map((one) => code(one, 100)))}` : ''
    return html`may ${words(may, 200)}${only} ${where === undefined ? 'in all namespaces' : html`in ${code(where, 63)}`} <span class="soft">by ${words(by, 200)} of ${words(role, 200)}</span>`
  })
  return [
    html`${code(name, 253)}; its token is ${tokenMounted ? 'mounted: a process in the pod can act as it' : 'not mounted here'}`,
    ...(cloudRole ? [html`in the cloud it acts as ${code(cloudRole, 400)}`] : []),
    ...(lines.length === 0 ? [html`no power of note is known`] : lines),
    ...(morePowers > 0 ? [html`${decimal(morePowers)} more powers are left out`] : []),
  ]
}

const REACH = ['from the cluster alone', 'from beside the nodes', 'from outside'] as const

function exposure({ exposure: all }: Context): readonly Html[] {
  if (!all) return []
  const services = all.services.map((service) => {
    const addresses = service.addresses.length > 0 ? html` at ${joined(service.addresses.map((one) => code(one, 253)))}` : ''
    return html`Service ${code(service.name, 63)} (${words([service.type, ...service.ports].join(', '), 300)})${addresses}, ${REACH[reach(service)]}`
  })
  const routes = all.routes.map(
    ({ ingress, host, path, to }) =>
      html`Ingress ${code(ingress, 253)}: ${code(`${host || '*'}${path || '/'}`, 400)} to Service ${code(to, 63)}`,
  )
  return services.length + routes.length === 0 ? [html`No Service selects it`] : [...services, ...routes]
}

function containers({ containers: all }: Context): readonly Html[] {
  return all.map(
    ({ name, image, digest }) =>
      html`${code(name, 63)} runs ${code(image, 512)}${digest ? html` <span class="soft">${code(digest, 100)}</span>` : ''}`,
  )
}

function beside({ siblings, neighbours, node }: Context): readonly Html[] {
  return [
    ...(siblings
      ? [
          siblings.count === 0
            ? html`It is the only pod of its workload`
            : html`${decimal(siblings.ready)} of ${counted(siblings.count, 'sibling')} ready`,
        ]
      : []),
    ...(node
      ? [
          html`Node ${code(node.name, 253)}: ${words([node.os, `kubelet ${node.kubelet}`].filter(Boolean).join(', '), 200)}${node.unschedulable ? ', takes no new pods' : ''}`,
        ]
      : []),
    ...(neighbours
      ? [
          neighbours.count === 0
            ? html`Nothing else runs on its node`
            : html`${counted(neighbours.count, 'other pod')} on its node: ${joined(neighbours.names.map((one) => code(one, 400)))}${neighbours.count > neighbours.names.length ? ` and ${decimal(neighbours.count - neighbours.names.length)} more` : ''}`,
        ]
      : []),
  ]
}

function earlier({ earlier: known }: Context, nowMs: number, incidentLink?: (id: string) => string): readonly Html[] {
  if (!known || known.count === 0) return []
  const { last, count } = known
  const title = last && (incidentLink ? html`<a href="${incidentLink(last.id)}">${words(last.title, 200)}</a>` : words(last.title, 200))
  return [
    html`${counted(count, 'earlier incident')} of the same subject${last ? html`; the last, ${title} (${words(last.status, 20)}), ${moment(last.openedMs, nowMs)}` : ''}`,
  ]
}

function events({ events: all }: Context, nowMs: number): readonly Html[] {
  return all.map(
    ({ atMs, type, reason, message, count }) =>
      html`${moment(atMs, nowMs)} ${words(type, 20)} <b>${words(reason, 100)}</b>: ${words(message, 500)}${count > 1 ? ` (${decimal(count)} times)` : ''}`,
  )
}
