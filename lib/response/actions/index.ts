import { CodedError } from '../../error.ts'
import type { Action, ActionContext, Prepared, ProvenPod, RbacRule } from '../action.ts'
import type { Outcome } from '../outcome.ts'
import { annotate } from './annotate.ts'
import { capture } from './capture.ts'
import { cordon } from './cordon.ts'
import { deletePod } from './delete.ts'
import { evict } from './evict.ts'
import { isolate } from './isolate.ts'
import { label } from './label.ts'
import { scaleToZero } from './scale-to-zero.ts'
import { suspend } from './suspend.ts'

/** What was written down of an action before it was begun, as it stands in the table or in a message. */
export type ActionData = Readonly<Record<string, unknown>>

/** An action as others hold it: its parameters are what a rule file or a message says, its data what the table says; both are read by the
 *  action's own schemas (`invalid_input` where they are of another shape). */
export type AnyAction = Omit<Action, 'parameters' | 'data' | 'rbac' | 'lifetimeSeconds' | 'prepare' | 'run' | 'undo'> & {
  readonly parameters: Action<unknown>['parameters']
  /** What is wrong with the parameters; undefined: nothing. */
  readonly problemWith: (parameters: unknown) => string | undefined
  readonly rbac: (parameters?: unknown) => readonly RbacRule[]
  readonly lifetimeSeconds: (parameters: unknown) => number | undefined
  readonly prepare: (pod: ProvenPod, parameters: unknown, context: ActionContext) => Promise<Prepared<ActionData>>
  readonly run: (data: unknown, context: ActionContext) => Promise<Outcome>
  readonly undo?: (data: unknown, context: ActionContext) => Promise<Outcome>
}

/** Every action there is, by name; a new one is its file and a line here. */
const ACTIONS: ReadonlyMap<string, AnyAction> = new Map(
  [label, annotate, isolate, capture, deletePod, evict, cordon, scaleToZero, suspend].map((action) => [
    action.name,
    open(action as unknown as Action<unknown, unknown>),
  ]),
)

export const ACTION_NAMES: readonly string[] = [...ACTIONS.keys()]

export function actionNamed(name: string): AnyAction | undefined {
  return ACTIONS.get(name)
}

function open(action: Action<unknown, unknown>): AnyAction {
  const { parameters: schema, data: dataSchema, rbac, lifetimeSeconds, prepare, run, undo, ...rest } = action
  const parametersFrom = (value: unknown) => readAs(schema, value, `${rest.name}: parameters`)
  const dataFrom = (value: unknown) => readAs(dataSchema, value, `${rest.name}: what was written down of it`)
  return {
    ...rest,
    parameters: schema,
    problemWith: (parameters) => {
      const issue = schema.safeParse(parameters).error?.issues[0]
      return issue && [issue.path.join('.'), issue.message].filter(Boolean).join(': ')
    },
    rbac: (parameters) => rbac(parameters === undefined ? undefined : parametersFrom(parameters)),
    lifetimeSeconds: (parameters) => lifetimeSeconds?.(parametersFrom(parameters)),
    prepare: async (pod, parameters, context) => (await prepare(pod, parametersFrom(parameters), context)) as Prepared<ActionData>,
    run: async (data, context) => run(dataFrom(data), context),
    ...(undo ? { undo: async (data: unknown, context: ActionContext) => undo(dataFrom(data), context) } : {}),
  }
}

function readAs<T>(schema: Action<T>['parameters'], value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new CodedError('invalid_input', `${what} of another shape`, { cause: parsed.error })
  return parsed.data
}
