import { falcoField } from '../../condition/fields/falco.ts'

/** Fields that say which process, connection, object or moment it was: another value each time. */
const CHANGING: readonly RegExp[] = [
  /^evt\.(?!(?:type|category|source|hostname|pluginname|res|failed|dir|arg|abspath)(?:$|[.[])|is_)/,
  /^proc\.(?:p?v?pid|ppid|apid|v?pgid|sid)(?:$|\[|\.ts$|\.duration$)/,
  /^proc\.(?:loginshellid|duration|exe_ino|tty|vm|fd|n(?:childs|threads)|pidns_|a?env)/,
  /^thread\.(?!cap_)/,
  /^fd\.(?:num|ino|uid|container)|^fdlist\./,
  /^container\.(?:full_id|start_ts|duration|ip|cni\.json)$/,
  /^k8s(?:meta)?\..*[._](?:id|uid|ip|cni\.json)$/,
  /^ka\.auditid$|^(?:jevt|json)\.(?:obj|time|rawtime)/,
  /(?:^|\.)(?:time|timestamp|requestid|sessionid|uuid)$/,
]
/** Fields whose value is the name of an object, which a controller may have made up. */
const OBJECT_NAME = /^(?:container\.name|k8s(?:meta)?\.(?:pod|rs|rc)\.name|ka\.(?:target|resp)\.name|ka\.target\.pod\.name)$/
/** Fields whose value may look made up, and is the same each time. */
const FIXED_TEXT = /^container\.image(?:\.|$)|^ka\.user\.name$|^k8s\.ns\.name$|^ka\.target\.namespace$/
const MADE_UP_TEXT =
  /\/proc\/\d|\/dev\/pts\/\d|->|^(?:pipe|socket|anon_inode|memfd):|\/\.\.\d{4}_|\/tmp[.\w]{7,}|\b(?=[a-f]*\d)[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f]{4}-/i
/** Where the kernel's ephemeral ports begin. */
const FIXED_PORT_MAX = 32_767

/** Why the field would not have this value the next time; undefined where it would. */
export function whyUnstable(field: string, value: string): string | undefined {
  if (field === 'container.id') return value === 'host' ? undefined : 'it is another with each container'
  if (CHANGING.some((pattern) => pattern.test(field))) return 'it is another each time'
  if (field === 'ka.user.name' && value === 'system:anonymous') return 'this is everybody'
  if (OBJECT_NAME.test(field) && isGenerated(value)) return 'the name is made up for each object'
  if (falcoField(field)?.type === 'port' && Number(value) > FIXED_PORT_MAX) return 'the port is one of those that are given out anew'
  if (field === 'fd.name' && !value.startsWith('/')) return 'it is no path'
  if (!FIXED_TEXT.test(field) && MADE_UP_TEXT.test(value)) return 'it has a number or a name in it that is made up anew'
  return undefined
}

/** Whether a name ends as controllers' names for their objects do: Kubernetes' random five or the hash of a ReplicaSet (an alphabet without
 *  vowels, 0, 1 and 3), the time of a CronJob's Job; or has a UUID in it. */
export function isGenerated(name: string): boolean {
  return /-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|[bcdfghjklmnpqrstvwxz2456789]{8,10}|\d{8,})$|[0-9a-f]{8}-[0-9a-f]{4}-/.test(name)
}
