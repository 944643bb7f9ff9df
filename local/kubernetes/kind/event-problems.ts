import type { Cause } from '../cause.ts'
import { textAt } from '../json.ts'
import type { ApiObject } from '../object.ts'

/** An Event is in the namespace of what it is about; about what has none, such as a node, in `default`. Source: ValidateEventCreate. */
export function eventProblems(event: ApiObject): readonly Cause[] {
  const about = textAt(event, 'involvedObject.namespace') ?? ''
  const { namespace = '' } = event.metadata
  if (about === namespace || (about === '' && namespace === 'default')) return []
  const message = `Invalid value: ${JSON.stringify(about)}: does not match event.namespace`
  return [{ field: 'involvedObject.namespace', reason: 'FieldValueInvalid', message }]
}
