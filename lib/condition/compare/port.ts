import type { Literal } from '../ast.ts'
import { ConditionError } from '../error.ts'

/** The port of a service name, as /etc/services has the usual ones. */
export function portNumber({ text, at }: Literal): number {
  const port = SERVICES.get(text)
  if (port === undefined) throw new ConditionError(`'${text}' is not a known service`, at, { hint: 'write the port as a number' })
  return port
}

// Source: IANA service name registry.
const SERVICES: ReadonlyMap<string, number> = new Map([
  ['echo', 7],
  ['ftp-data', 20],
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['bootps', 67],
  ['bootpc', 68],
  ['tftp', 69],
  ['http', 80],
  ['kerberos', 88],
  ['pop3', 110],
  ['sunrpc', 111],
  ['ntp', 123],
  ['netbios-ns', 137],
  ['netbios-dgm', 138],
  ['netbios-ssn', 139],
  ['imap2', 143],
  ['snmp', 161],
  ['snmp-trap', 162],
  ['bgp', 179],
  ['ldap', 389],
  ['https', 443],
  ['microsoft-ds', 445],
  ['syslog', 514],
  ['ldaps', 636],
  ['domain-s', 853],
  ['rsync', 873],
  ['imaps', 993],
  ['pop3s', 995],
  ['socks', 1080],
  ['ms-sql-s', 1433],
  ['nfs', 2049],
  ['mysql', 3306],
  ['ms-wbt-server', 3389],
  ['sip', 5060],
  ['postgresql', 5432],
  ['amqp', 5672],
  ['x11', 6000],
  ['redis', 6379],
  ['http-alt', 8080],
])
