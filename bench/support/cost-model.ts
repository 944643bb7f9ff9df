/** What the bench measured, for a million detections; a message is one of the detections queue. */
export type CostInputs = {
  readonly messages: number
  readonly writeUnits: number
  readonly readUnits: number
  /** Of `evaluate` and of the table's client together, on this machine's core. */
  readonly cpuSeconds: number
  /** Round trips to the table that nothing went beside. */
  readonly waves: number
  readonly incidentsSent: number
  readonly noticesSent: number
}

/** us-east-1, on demand, arm64, before any free tier, November 2026, in dollars. Check them: https://aws.amazon.com/dynamodb/pricing/on-demand/,
 *  https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/sqs/pricing/. */
export const PRICES = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  gbSecond: 0.0000133334,
  invocation: 0.2e-6,
  standardRequest: 0.4e-6,
  fifoRequest: 0.5e-6,
}

/** A function with 1,769 MB has one core; with less, less of it (Lambda developer guide, memory). So a second of a core costs as much with any memory. */
const GB_A_CORE = 1769 / 1024
const MEMORY_GB = 0.5 // serverless.yml
/** Not measured: a read or write of DynamoDB's, from a function in its region. */
const ROUND_TRIP_SECONDS = 0.005
/** Sent, received, removed. A message of up to 64 KiB is one request each time. */
const REQUESTS_A_MESSAGE = 3
const MESSAGES_AN_INVOCATION = 10 // serverless.yml, when messages wait; 1 when few come

export type Costs = {
  readonly table: number
  readonly functions: number
  readonly queues: number
  readonly all: number
  readonly gbSeconds: number
}

/** Dollars for a million detections. Of enrich and notify there is only what their queues cost. */
export function costsOf({ messages, writeUnits, readUnits, cpuSeconds, waves, incidentsSent, noticesSent }: CostInputs): Costs {
  const table = writeUnits * PRICES.writeUnit + readUnits * PRICES.readUnit
  const gbSeconds = cpuSeconds * GB_A_CORE + waves * ROUND_TRIP_SECONDS * MEMORY_GB
  const invocations = messages / MESSAGES_AN_INVOCATION
  const functions = gbSeconds * PRICES.gbSecond + invocations * PRICES.invocation
  const fifoMessages = 2 * incidentsSent + noticesSent // what enrich takes it hands on to notify
  const queues = REQUESTS_A_MESSAGE * (messages * PRICES.standardRequest + fifoMessages * PRICES.fifoRequest)
  return { table, functions, queues, all: table + functions + queues, gbSeconds }
}
