import { type Extract, type MakeExtract, text, texts } from './extract.ts'
import { memberOf, reach, stringOf, textOf } from './json.ts'
import { queryParameter } from './query.ts'

/** Fields of who did what to what, and of the answer. */
export const EVENT_FIELDS: ReadonlyMap<string, MakeExtract> = new Map([
  ['ka.auditid', text('auditID')],
  ['ka.stage', text('stage')],
  ['ka.verb', text('verb')],
  ['ka.uri', text('requestURI')],
  ['ka.uri.param', uriParameter],
  ['ka.useragent', text('userAgent')],
  ['ka.auth.decision', text('annotations', 'authorization.k8s.io/decision')],
  ['ka.auth.reason', text('annotations', 'authorization.k8s.io/reason')],
  ['ka.auth.openshift.decision', text('annotations', 'authentication.openshift.io/decision')],
  ['ka.auth.openshift.username', text('annotations', 'authentication.openshift.io/username')],
  ['ka.validations.admission.policy.failure', text('annotations', 'validation.policy.admission.k8s.io/validation_failure')],
  ['ka.security.pod.violations', text('annotations', 'pod-security.kubernetes.io/audit-violations')],
  ['ka.cluster.name', text('annotations', 'cluster_name')],
  ['ka.user.name', text('user', 'username')],
  ['ka.user.groups', texts('user', 'groups')],
  ['ka.impuser.name', text('impersonatedUser', 'username')],
  ['ka.target.name', text('objectRef', 'name')],
  ['ka.target.namespace', text('objectRef', 'namespace')],
  ['ka.target.resource', text('objectRef', 'resource')],
  ['ka.target.subresource', text('objectRef', 'subresource')],
  ['ka.target.pod.name', targetPodName],
  ['ka.resp.name', text('responseObject', 'metadata', 'name')],
  ['ka.response.code', text('responseStatus', 'code')],
  ['ka.response.reason', text('responseStatus', 'reason')],
])

function uriParameter(name = ''): Extract {
  return (event) => {
    const uri = memberOf(event, 'requestURI')
    return uri && queryParameter(textOf(uri), name)
  }
}

function targetPodName(): Extract {
  return (event) => {
    const resource = reach(event, ['objectRef', 'resource'])
    const subresource = reach(event, ['objectRef', 'subresource'])
    if (resource === undefined || stringOf(resource) !== 'pods' || (subresource && textOf(subresource) !== '')) return undefined
    const name = reach(event, ['responseObject', 'metadata', 'name'])
    return name && textOf(name)
  }
}
