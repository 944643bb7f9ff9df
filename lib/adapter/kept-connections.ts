import { KubeConfig, type RequestContext } from '@kubernetes/client-node'
import type { Clock } from '../port/log.ts'

type Settings = Pick<KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'>
type Dispatcher = ReturnType<RequestContext['getDispatcher']>

/** A connection that was idle for longer may be dead without our knowing: a function that is frozen between two messages does not see it closed. */
const IDLE_MS = 3_500

/** Access to a cluster with its connections kept between requests: the client library makes a new pool, so a new handshake, for each. */
export class KeptConnections extends KubeConfig {
  private readonly clock: Clock
  private dispatcher: Dispatcher
  private usedMs = Number.NEGATIVE_INFINITY

  constructor(config: Settings, clock: Clock) {
    super()
    this.clock = clock
    this.loadFromOptions(config)
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context)
    const nowMs = this.clock()
    if (nowMs - this.usedMs > IDLE_MS) this.dispatcher = undefined
    this.usedMs = nowMs
    this.dispatcher ??= context.getDispatcher()
    if (this.dispatcher) context.setDispatcher(this.dispatcher)
  }
}
