#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { CodedError, messageOf } from '../lib/error.ts'
import { checkCommand } from './check.ts'
import { demoCommand } from './demo.ts'
import { forwardCommand } from './forward.ts'
import { journalCommand } from './journal.ts'
import { localCommand } from './local.ts'
import { matchCommand } from './match.ts'
import { parseCommand } from './parse.ts'
import { rbacCommand } from './rbac.ts'
import { replayCommand } from './replay.ts'
import { respondAgentCommand } from './respond-agent.ts'
import { responsesCommand } from './responses.ts'
import { slackCommand } from './slack.ts'
import { stopCommands } from './stop.ts'
import { testCommand } from './test.ts'

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(`creance: this is Node ${process.versions.node}; Node 24 or later is needed\n`)
  process.exit(2)
}

/** Where rules/ and the stand-ins' files are: one level above this file, in the sources as in the bundle. */
const packageRoot = join(import.meta.dirname, '..')

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))

const program = new Command('creance')
  .version(version)
  .description('Alert response for Kubernetes: from Falco alerts to incidents, chat, and contained pods.')
  .addCommand(localCommand(packageRoot))
  .addCommand(demoCommand(packageRoot))
  .addCommand(forwardCommand())
  .addCommand(respondAgentCommand())
  .addCommand(checkCommand(packageRoot))
  .addCommand(testCommand(packageRoot))
  .addCommand(replayCommand(packageRoot))
  .addCommand(rbacCommand(packageRoot))
  .addCommand(responsesCommand(packageRoot))
  .addCommand(journalCommand())
  .addCommand(slackCommand(packageRoot))
  .addCommand(matchCommand())
  .addCommand(parseCommand())
for (const command of stopCommands()) program.addCommand(command)

// Each command loads what it runs when it runs, so that `check` is quick.
for (const command of [program, ...program.commands]) {
  command.exitOverride().showHelpAfterError(`(${command === program ? '' : 'creance '}${command.name()} --help says more)`)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
  process.stderr.write(`creance: ${messageOf(error)}\n`)
  process.exitCode = error instanceof CodedError && error.code === 'invalid_config' ? 2 : 1
}
