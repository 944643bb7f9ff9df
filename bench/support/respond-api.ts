import { Agent, request } from 'node:https'
import { createInterface } from 'node:readline'
import { KubeConfig } from '@kubernetes/client-node'

const TIMEOUT_MS = 15_000

export type WatchEvent = { readonly type: string; readonly object: Readonly<Record<string, unknown>> }

/** What a bench asks of the API server itself, over a few kept connections, so that its own share of the machine is small. */
export type Api = {
  /** The body of the answer. Throws on a status of 400 or above. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<string>
  /** Every event from now on, those that stand for what is there first. `failed`: it ended, and nobody stopped it. Returns what ends it. */
  readonly watch: (path: string, seen: (event: WatchEvent) => void, failed: (why: string) => void) => () => void
  readonly close: () => void
}

export async function openApi(kubeconfig: string): Promise<Api> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const options = {}
  await config.applyToHTTPSOptions(options)
  const server = config.getCurrentCluster()?.server ?? ''
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })

  return {
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? '' : JSON.stringify(body)
        const headers = {
          ...headersOf(options),
          'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          'content-length': Buffer.byteLength(text), // for a DELETE, Node would leave it out and send the body all the same
        }
        const sent = request(`${server}${path}`, { ...options, agent, method, headers })
        sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`${method} ${path}: no answer`)))
        sent.on('error', reject)
        sent.on('response', (response) => {
          let answer = ''
          response.setEncoding('utf8')
          response.on('data', (chunk) => {
            answer += chunk
          })
          response.on('error', reject)
          response.on('end', () => {
            if ((response.statusCode ?? 0) < 400) resolve(answer)
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.slice(0, 300)}`))
          })
        })
        sent.end(text)
      }),
    watch: (path, seen, failed) => {
      let stopped = false
      const sent = request(`${server}${path}?watch=true`, { ...options, agent: false, headers: headersOf(options) })
      const over = (why: string) => {
        if (!stopped) failed(why)
      }
      sent.on('error', (error) => over(error.message))
      sent.on('response', (response) => {
        if (response.statusCode !== 200) over(`the watch of ${path} was answered ${response.statusCode}`)
        response.on('error', (error) => over(error.message))
        response.on('close', () => over(`the watch of ${path} ended`))
        const lines = createInterface({ input: response })
        lines.on('error', (error: Error) => over(error.message))
        lines.on('line', (line) => seen(JSON.parse(line)))
      })
      sent.end()
      return () => {
        stopped = true
        sent.destroy()
      }
    },
    close: () => agent.destroy(),
  }
}

function headersOf(options: { readonly headers?: Readonly<Record<string, string>> }): Readonly<Record<string, string>> {
  return options.headers ?? {}
}
