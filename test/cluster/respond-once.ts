import { folderEvidence } from '../../lib/adapter/folder-evidence.ts'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { baseGuards } from '../../lib/response/guards.ts'
import { ActionRequest } from '../../lib/response/request.ts'
import { respond } from '../../lib/stage/respond.ts'

// A responder that takes one request and dies of SIGKILL right after the call to a port that it is told (0: never). Its table is a file.
// Arguments: kubeconfig, folder, request as JSON, the call. Prints how many calls there were.
const [, , kubeconfig = '', folder = '', request = '', dieAfter = '0'] = process.argv
let calls = 0

/** Counts the port's calls; after the effect of one of them, this process is no more. */
function mortal<Port extends object>(port: Port): Port {
  const methods = Object.entries(port).map(([name, call]) => [
    name,
    async (...args: readonly unknown[]) => {
      const answer = await call(...args)
      calls += 1
      if (calls === Number(dieAfter)) process.kill(process.pid, 'SIGKILL')
      return answer
    },
  ])
  return Object.fromEntries(methods)
}

const cluster = mortal(kubernetesCluster(kubeConfig({ file: kubeconfig })))
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
await respond(
  { requests: [ActionRequest.parse(JSON.parse(request))] },
  {
    clusters: async () => cluster,
    store: mortal(sqliteStore(openDatabase(`${folder}/store.db`), { clock: Date.now })),
    messages: mortal({ send: async () => undefined }),
    evidence: mortal(folderEvidence(`${folder}/evidence`)),
    guards: baseGuards(),
    metrics: { count: () => undefined },
    clock: Date.now,
    log: quiet,
    patienceMs: 0,
  },
  { lastTry: false },
)
process.stdout.write(`${calls}\n`)
