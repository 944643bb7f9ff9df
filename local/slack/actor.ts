import { CodedError } from '../../lib/error.ts'
import { runCommand } from './command.ts'
import { type Press, press } from './press.ts'
import type { AppAnswer, SendSettings } from './send.ts'
import type { State } from './state.ts'
import { closeView } from './view/close.ts'
import type { FormValues } from './view/form.ts'
import { submit } from './view/submit.ts'
import { toSlackView } from './view/view.ts'

/** What the app answered; `status` is 0 when it gave none in time. */
export type Answered = { readonly status: number; readonly body: string }

export type Pressed = {
  readonly user: string
  readonly channel: string
  readonly ts: string
  readonly actionId: string
  readonly blockId?: string
}
export type PressedInView = {
  readonly user: string
  readonly viewId: string
  readonly actionId: string
  readonly blockId?: string
  readonly value?: string
  readonly values?: FormValues
}
export type Submitted = { readonly user: string; readonly viewId: string; readonly values?: FormValues }
export type Commanded = { readonly user: string; readonly channel: string; readonly command?: string; readonly text?: string }

/** An open modal in Slack's own form. */
export type View = ReturnType<typeof toSlackView>

/** What a person does, done by a program. All throw CodedError `invalid_input` for what no page would let a person do: no such user, nothing
 *  of that name on a message or modal that they see, a field left empty that must not be. */
export type Actor = {
  /** Presses the first button with this action id (and block id, when given). */
  readonly press: (button: Pressed) => Promise<Answered>
  /** Chooses the option with this value in a select, overflow menu, or radio buttons; for checkboxes all that are ticked then. */
  readonly select: (choice: Pressed & { readonly value: string | readonly string[] }) => Promise<Answered>
  /** Presses or, with `value`, chooses in the modal that the user sees. `values`: what they put in so far. */
  readonly pressInView: (button: PressedInView) => Promise<Answered>
  /** The user's open modals; the last is the one that they see. */
  readonly views: (user: string) => readonly View[]
  /** Submits the modal that the user sees. `errors`: what is shown at its fields, by block id. */
  readonly submit: (form: Submitted) => Promise<Answered & { readonly errors: Readonly<Record<string, string>> }>
  /** Turns a modal away; with `all` also those below it. */
  readonly dismiss: (modal: { readonly user: string; readonly viewId: string; readonly all?: boolean }) => Promise<void>
  /** Types a slash command (the first of the app's, when none is given). The answer is shown in the channel, as Slack would. */
  readonly command: (line: Commanded) => Promise<Answered>
}

export function actor(state: State, settings: SendSettings): Actor {
  const act = async (request: Press) => {
    const result = await press(request, state, settings)
    return result.outcome === 'refused' ? impossible('press', result.why) : answered(result)
  }
  return {
    press: ({ user, channel, ts, actionId, blockId }) => act({ user, channel, ts, action_id: actionId, block_id: blockId }),
    select: ({ user, channel, ts, actionId, blockId, value }) =>
      act({ user, channel, ts, action_id: actionId, block_id: blockId, ...chosen(value) }),
    pressInView: ({ user, viewId, actionId, blockId, value, values = {} }) =>
      act({ user, view_id: viewId, action_id: actionId, block_id: blockId, values, ...(value !== undefined && { option: value }) }),
    views: (user) => state.views.of(user).map((view) => toSlackView(view, state.workspace)),
    async submit({ user, viewId, values = {} }) {
      const result = await submit({ user, view_id: viewId, values }, state, settings)
      if (result.outcome === 'refused') return impossible('submission', result.why)
      if (result.outcome === 'incomplete') return impossible('submission', JSON.stringify(result.errors))
      return { ...answered(result.answer), errors: result.outcome === 'errors' ? result.errors : {} }
    },
    async dismiss({ user, viewId, all = false }) {
      if (!(await closeView({ user, view_id: viewId, all }, state, settings))) impossible('closing', 'no such modal')
    },
    async command({ user, channel, command = state.workspace.commands[0] ?? '', text = '' }) {
      const result = await runCommand({ user, channel, command, text }, state, settings)
      return result.outcome === 'refused' ? impossible('command', result.why) : answered(result)
    },
  }
}

function chosen(value: string | readonly string[]): Pick<Press, 'option' | 'options'> {
  return typeof value === 'string' ? { option: value } : { options: [...value] }
}

function answered(answer: AppAnswer): Answered {
  return answer.outcome === 'answered' ? { status: answer.status, body: answer.body } : { status: 0, body: '' }
}

function impossible(what: string, why: string): never {
  throw new CodedError('invalid_input', `This ${what} is not possible: ${why}`)
}
