import { startInMemoryCluster } from '../support/in-memory-cluster.ts'
import { clusterContract } from './cluster.ts'

clusterContract('in-memory API', () => startInMemoryCluster(['some-node']))
