import { CodedError } from '../../error.ts'
import type { Action, ActionContext, ProvenPod } from '../action.ts'
import type { Outcome } from '../outcome.ts'
import { deletePod } from './delete.ts'
import { isolate } from './isolate.ts'
import { label } from './label.ts'

/** An action as others hold it: its parameters are what a rule file or a message says, and are read by the action's own schema. */
export type AnyAction = Omit<Action, 'parameters' | 'run' | 'lifetimeSeconds' | 'undoOf'> & {
  readonly parameters: Action<unknown>['parameters']
  /** What is wrong with the parameters; undefined: nothing. */
  readonly problemWith: (parameters: unknown) => string | undefined
  readonly lifetimeSeconds: (parameters: unknown) => number | undefined
  readonly undoOf: (pod: ProvenPod, parameters: unknown, actionId: string) => Readonly<Record<string, unknown>> | undefined
  readonly run: (pod: ProvenPod, parameters: unknown, context: ActionContext) => Promise<Outcome>
}

/** Every action there is, by name; a new one is its file and a line here. */
const ACTIONS: ReadonlyMap<string, AnyAction> = new Map(
  [label, isolate, deletePod].map((action) => [action.name, open(action as Action<unknown>)]),
)

export const ACTION_NAMES: readonly string[] = [...ACTIONS.keys()]

export function actionNamed(name: string): AnyAction | undefined {
  return ACTIONS.get(name)
}

function open({ parameters: schema, run, lifetimeSeconds, undoOf, ...rest }: Action<unknown>): AnyAction {
  const read = (parameters: unknown) => {
    const parsed = schema.safeParse(parameters)
    if (!parsed.success) throw new CodedError('invalid_input', `${rest.name}: parameters of another shape`, { cause: parsed.error })
    return parsed.data
  }
  return {
    ...rest,
    parameters: schema,
    problemWith: (parameters) => {
      const issue = schema.safeParse(parameters).error?.issues[0]
      return issue && [issue.path.join('.'), issue.message].filter(Boolean).join(': ')
    },
    lifetimeSeconds: (parameters) => lifetimeSeconds?.(read(parameters)),
    undoOf: (pod, parameters, actionId) => undoOf?.(pod, read(parameters), actionId),
    run: async (pod, parameters, context) => run(pod, read(parameters), context),
  }
}
