// Loads one packaged function as a file, as the Lambda runtime does, and runs its handler on each event that comes in (a JSON line each).
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const started = performance.now()
const { handler } = await import(pathToFileURL(process.argv[2]).href)
const answer = (value) => process.stdout.write(`\u0001${JSON.stringify(value)}\n`)
answer({ loadedMs: Math.round(performance.now() - started) })
for await (const line of createInterface({ input: process.stdin })) {
  try {
    answer({ result: await handler(JSON.parse(line), { awsRequestId: 'test', getRemainingTimeInMillis: () => 30_000 }) })
  } catch (error) {
    answer({ error: String(error?.stack ?? error) })
  }
}
