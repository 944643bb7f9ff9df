import type { Keep } from '../forwarder/intake/intake.ts'
import { groupCommit } from '../forwarder/spool/group-commit.ts'
import { splitOne } from '../lib/audit/split.ts'
import { Envelope } from '../lib/batch/envelope.ts'
import { type AuditPorts, audit } from '../lib/stage/audit.ts'

const GROUP_MAX = 200

/** Evaluates events of the audit log as they come, in this process: what fires is in the detections queue when its event is acknowledged. */
export function auditInProcess(ports: AuditPorts): Keep {
  const evaluate = groupCommit(
    (lines: readonly string[]) =>
      audit(
        lines.map((line) => splitOne(Envelope.parse(JSON.parse(line)).alert)),
        ports,
      ),
    { items: GROUP_MAX },
  )
  return async (line) => {
    await evaluate(line)
    return 'kept'
  }
}
