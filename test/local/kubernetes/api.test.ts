import { test } from 'vitest'
import { expectRefusal, type Refusal } from './refusal.ts'
import { DEPLOYMENTS, PODS, pod } from './start.ts'

const PATHS: readonly Refusal[] = [
  {
    name: 'an unknown resource',
    request: ['GET', '/api/v1/nosuch'],
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  },
  { name: 'an unknown version of a group', request: ['GET', '/apis/apps/v2'], code: 404, reason: 'NotFound' },
  { name: 'an unknown group', request: ['GET', '/apis/nosuch/v1'], code: 404, message: '404 page not found\n' },
  { name: 'a name without its namespace', request: ['GET', '/api/v1/pods/web'], code: 404, reason: 'NotFound' },
  { name: 'an unknown subresource', request: ['GET', `${PODS}/web/nosuch`], code: 404, reason: 'NotFound' },
  { name: 'POST to a name', request: ['POST', `${PODS}/web`, pod('web')], code: 405, reason: 'MethodNotAllowed' },
  { name: 'POST to all namespaces', request: ['POST', '/api/v1/pods', pod('web')], code: 405, reason: 'MethodNotAllowed' },
  { name: 'PUT to a collection', request: ['PUT', PODS, pod('web')], code: 405, reason: 'MethodNotAllowed' },
  { name: 'POST to discovery', request: ['POST', '/api/v1', {}], code: 405, reason: 'MethodNotAllowed' },
  {
    name: 'an absent pod',
    request: ['GET', `${PODS}/none`],
    code: 404,
    message: 'pods "none" not found',
    details: { name: 'none', kind: 'pods' },
  },
  {
    name: 'an absent deployment',
    request: ['GET', `${DEPLOYMENTS}/none`],
    code: 404,
    message: 'deployments.apps "none" not found',
    details: { name: 'none', group: 'apps', kind: 'deployments' },
  },
]

test.each(PATHS)('a path is refused as the API server does: $name → $code', expectRefusal)
