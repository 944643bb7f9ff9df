/** For clients that are asked once or twice in a process: an answer comes soon or not at all. */
export const AWS_CLIENT = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const

/** An ARN's own region, where it has one: what it names may be elsewhere. */
export function regionIn(nameOrArn: string): { readonly region?: string } {
  const [, region] = /^arn:[^:]*:[^:]*:([^:]+):/.exec(nameOrArn) ?? []
  return region === undefined ? {} : { region }
}
