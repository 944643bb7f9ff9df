import { closestName } from '../../condition/closest.ts'
import { adoptException, appendExceptions, defineException } from './exceptions.ts'
import type { ListItem, MacroItem, RuleChangeItem, RuleItem, RuleSwitchItem } from './item.ts'
import { ITEM_COST } from './lists.ts'
import { type FilePlace, LoadError, type Report } from './report.ts'
import { type ListState, type MacroState, type RuleState, type State, sourceOf } from './state.ts'

// What items do to the state. All throw LoadError LOAD_ERR_VALIDATE where an item does not fit to what is there.

export function defineList({ name, at, items, append }: ListItem, state: State): void {
  const values = items.map((item) => ({ text: item.text, at: item.at }))
  const earlier = state.lists.get(name)
  const change = state.changes++
  state.budget.spend(values.length * ITEM_COST)
  if (append) {
    const list = earlier ?? failUnknown(NO_LIST, name, at, state.lists)
    for (const value of values) list.items.push(value)
    list.until = change
  } else {
    state.lists.set(name, { name, at, items: values, since: earlier?.since ?? change, until: change } satisfies ListState)
  }
}

export function defineMacro({ name, at, condition, append }: MacroItem, state: State): void {
  const earlier = state.macros.get(name)
  const change = state.changes++
  if (append) {
    const macro = earlier ?? failUnknown(NO_MACRO, name, at, state.macros)
    macro.condition.push(condition)
    macro.until = change
  } else {
    state.macros.set(name, { name, at, condition: [condition], since: earlier?.since ?? change, until: change } satisfies MacroState)
  }
}

export function defineRule(item: RuleItem, state: State, report: Report): void {
  const { name, at, source } = item
  checkSource(state.rules.get(name), source, at)
  const known = sourceOf(state, source)
  if (known === undefined) {
    const meant = closestName(source, Object.keys(state.sources))
    report.warning('LOAD_UNKNOWN_SOURCE', `Unknown source ${source}, skipping${meant === undefined ? '' : `; did you mean ${meant}?`}`, at)
  }
  const { skipUnknown, description, priority, enabled } = item
  const exceptions = item.exceptions.map((exception) => defineException(exception, known))
  const rest = { condition: [item.condition], output: [item.output], tags: new Set(item.tags), exceptions }
  state.rules.set(name, { name, at, source, skipUnknown, description, priority, enabled, ...rest })
}

export function changeRule(item: RuleChangeItem, state: State): void {
  const { name, at, append, replace } = item
  const earlier = state.rules.get(name) ?? failUnknown(append ? NO_RULE_TO_APPEND : NO_RULE_TO_REPLACE, name, at, state.rules)
  if (append !== undefined && Object.values(append).every((value) => value === undefined)) {
    throw invalid('Appended rule must have exceptions or condition property', at)
  }
  checkSource(earlier, item.source ?? earlier.source, at)
  const appended = append === undefined ? earlier : addToRule(earlier, append, state)
  state.rules.set(name, replace === undefined ? appended : replaceInRule(appended, replace))
}

export function switchRule({ name, at, enabled }: RuleSwitchItem, state: State): void {
  const rule = state.rules.get(name) ?? failUnknown(NO_RULE_TO_SWITCH, name, at, state.rules)
  state.rules.set(name, { ...rule, enabled })
}

function addToRule(rule: RuleState, addition: NonNullable<RuleChangeItem['append']>, state: State): RuleState {
  const { condition, output, description, tags = [], exceptions = [] } = addition
  const values = rule.exceptions.reduce((count, exception) => count + exception.values.length, 0)
  state.budget.spend(rule.condition.length + rule.output.length + rule.tags.size + rule.description.length + values)
  return {
    ...rule,
    condition: condition ? [...rule.condition, condition] : rule.condition,
    output: output ? [...rule.output, output] : rule.output,
    description: description === undefined ? rule.description : `${rule.description} ${description}`,
    tags: new Set([...rule.tags, ...tags]),
    exceptions: appendExceptions(rule.exceptions, exceptions, sourceOf(state, rule.source)),
  }
}

function replaceInRule(rule: RuleState, replacement: NonNullable<RuleChangeItem['replace']>): RuleState {
  const { condition, output, description, tags, exceptions, priority, enabled, skipUnknown } = replacement
  return {
    ...rule,
    condition: condition ? [condition] : rule.condition,
    output: output ? [output] : rule.output,
    description: description ?? rule.description,
    tags: tags ? new Set(tags) : rule.tags,
    exceptions: exceptions ? exceptions.map(adoptException) : rule.exceptions,
    priority: priority ?? rule.priority,
    enabled: enabled ?? rule.enabled,
    skipUnknown: skipUnknown ?? rule.skipUnknown,
  }
}

function checkSource(earlier: RuleState | undefined, source: string, at: FilePlace): void {
  if (earlier === undefined || earlier.source === source) return
  throw invalid(`Rule has been re-defined with a different source: ${source}, before ${earlier.source}`, at)
}

function failUnknown(message: string, name: string, at: FilePlace, known: ReadonlyMap<string, unknown>): never {
  const meant = closestName(name, known.keys())
  throw invalid(`${message}; ${meant === undefined ? 'the definition must come before' : `did you mean '${meant}'?`}`, at)
}

const NO_LIST = "List uses 'append' or 'override.items: append' but no list by that name already exists"
const NO_MACRO = "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists"
const NO_RULE_TO_APPEND = "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists"
const NO_RULE_TO_REPLACE = "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists"
const NO_RULE_TO_SWITCH = "Rule has 'enabled' key but no rule by that name already exists"

function invalid(message: string, at: FilePlace): LoadError {
  return new LoadError('LOAD_ERR_VALIDATE', message, at)
}
