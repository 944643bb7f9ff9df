import { lowerAscii } from '../../condition/bytes.ts'

/** A text without its case: equal for texts that differ in nothing else. Each character folds to one, whatever stands beside it, so
 *  that what matches in a part of a text matches in the whole. */
export function fold(text: string): string {
  return lowerAscii(text.replace(/\P{ASCII}/gu, foldCharacter))
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase()
  const raised = upper.length === character.length ? upper : character
  const lower = raised.toLowerCase()
  return lower.length === raised.length ? lower : raised
}
