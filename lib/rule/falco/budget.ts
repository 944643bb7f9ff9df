import { type FilePlace, LoadError } from './report.ts'

/** How much work all files together may ask for, in characters of text made or read again, and nodes of conditions. Lists of lists and
 *  macros of macros multiply: a small file can ask for more than any machine has. */
export class Budget {
  #left: number
  readonly #at: FilePlace

  constructor(limit: number, at: FilePlace) {
    this.#left = limit
    this.#at = at
  }

  /** Throws a fatal LoadError when nothing is left. */
  spend(amount: number): void {
    this.#left -= amount
    if (this.#left < 0) {
      throw new LoadError('LOAD_ERR_VALIDATE', 'the rules are too large once lists, macros and exceptions are put in', this.#at, {
        fatal: true,
      })
    }
  }
}
