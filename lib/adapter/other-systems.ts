import type { HttpSender } from '../port/http.ts'
import type { Clock } from '../port/log.ts'
import type { OcsfExport } from '../route/ocsf-export.ts'
import type { SecretSource } from '../route/webhook.ts'
import { awsAccess } from './aws-access.ts'
import { httpSender } from './http-sender.ts'
import { ocsfDestinations, ocsfExport } from './ocsf-export.ts'
import { secretSource } from './secret-source.ts'

/** How others than Slack are reached: over HTTP, with secrets from AWS or the disk, and as exports. `loopback`: whether also on this machine. */
export type OtherSystems = {
  readonly send: HttpSender
  readonly secretOf: (source: SecretSource) => Promise<string>
  readonly exportOcsf: (to: OcsfExport, events: readonly object[], id: string) => Promise<void>
}

export function otherSystems({ loopback, clock }: { readonly loopback: boolean; readonly clock: Clock }): OtherSystems {
  return {
    send: httpSender({ loopback }),
    secretOf: secretSource({ aws: awsAccess, clock }),
    exportOcsf: ocsfExport(ocsfDestinations()),
  }
}
