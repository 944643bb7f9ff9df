import type { Webhook } from '../route/webhook.ts'
import type { Situation, Step } from './template.ts'
import { alertmanager } from './templates/alertmanager.ts'
import { bodyTemplate } from './templates/body.ts'
import { cloudevents } from './templates/cloudevents.ts'
import { jira } from './templates/jira.ts'
import { opsgenie } from './templates/opsgenie.ts'
import { pagerduty } from './templates/pagerduty.ts'
import { teams } from './templates/teams.ts'

/** The next step of the webhook's own template; undefined when the other side is up to date. */
export function nextStep(webhook: Webhook, now: Omit<Situation<unknown>, 'settings'>): Step | undefined {
  switch (webhook.template) {
    case 'cloudevents':
      return cloudevents({ ...now, settings: webhook.settings })
    case 'body':
      return bodyTemplate(webhook.body)({ ...now, settings: webhook.settings })
    case 'jira':
      return jira({ ...now, settings: webhook.settings })
    case 'pagerduty':
      return pagerduty({ ...now, settings: webhook.settings })
    case 'opsgenie':
      return opsgenie({ ...now, settings: webhook.settings })
    case 'alertmanager':
      return alertmanager({ ...now, settings: webhook.settings })
    case 'teams':
      return teams({ ...now, settings: webhook.settings })
  }
}

/** The templates whose requests are signed where there is a secret; with the others, the secret is the API's own. */
export function isSigned({ template }: Webhook): boolean {
  return template === 'cloudevents' || template === 'body'
}
