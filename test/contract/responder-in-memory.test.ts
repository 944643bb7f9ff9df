import { startInMemoryCluster } from '../support/in-memory-cluster.ts'
import { responderContract } from './responder.ts'

responderContract('in-memory API', () => startInMemoryCluster(['node-1', 'node-2']))
