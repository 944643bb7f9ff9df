import type { Detection, FieldValue } from './detection.ts'

/** Who asked the API server, as its audit log says. `namespace`: of a service account; `pod`: whose token it was, where the token is bound to one. */
export type Identity = { readonly name: string; readonly namespace?: string; readonly pod?: string }

/** Source: authentication.kubernetes.io, ServiceAccountTokenNodeBindingValidation and bound tokens (user.extra of an audit event). */
export const POD_OF_TOKEN = 'jevt.value[/user/extra/authentication.kubernetes.io~1pod-name/0]'
const SERVICE_ACCOUNT = /^system:serviceaccount:([a-z0-9-]{1,63}):[a-z0-9.-]{1,253}$/

/** undefined for what is no detection of the audit log. */
export function identityOf({ source, fields }: Pick<Detection, 'source' | 'fields'>): Identity | undefined {
  const name = textOf(fields['ka.user.name'])
  if (source !== 'k8s_audit' || name === undefined) return undefined
  const namespace = SERVICE_ACCOUNT.exec(name)?.[1]
  const pod = textOf(fields[POD_OF_TOKEN])
  return { name, ...(namespace ? { namespace } : {}), ...(pod ? { pod } : {}) }
}

function textOf(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '<NA>' ? value : undefined
}
