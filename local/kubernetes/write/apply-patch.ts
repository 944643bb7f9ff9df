import { isJsonObject } from '../json.ts'
import { badRequest, type Checked, unprocessable, unsupportedMediaType } from '../status.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'
import { strategicPatch } from './strategic-patch.ts'

/** A patch as it came: its media type without parameters, and its JSON. */
export type Patch = { readonly mediaType: string; readonly body: unknown }

const MERGES: ReadonlyMap<string, (target: unknown, patch: unknown) => unknown> = new Map([
  ['application/merge-patch+json', mergePatch],
  ['application/strategic-merge-patch+json', (target, patch) => strategicPatch(target, patch)],
])
const JSON_PATCH = 'application/json-patch+json'

export function isPatchType(mediaType: string): boolean {
  return mediaType === JSON_PATCH || MERGES.has(mediaType)
}

/** What the patch makes of `current`; whether that is an object of its kind is still to be seen. */
export function applyPatch(current: unknown, { mediaType, body }: Patch): Checked<unknown> {
  if (mediaType === JSON_PATCH) {
    if (!Array.isArray(body))
      return { refused: badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp') }
    const result = jsonPatch(current, body)
    return result ? { value: result.patched } : { refused: unprocessable() }
  }
  const merge = MERGES.get(mediaType)
  if (!merge) return { refused: unsupportedMediaType('415: Unsupported Media Type') }
  if (!isJsonObject(body))
    return { refused: badRequest('error decoding patch: json: cannot unmarshal it into Go value of type map[string]interface {}') }
  return { value: merge(current, body) }
}
