import { clusterContract } from '../contract/cluster.ts'
import { startControlPlane } from './control-plane.ts'

clusterContract('real kube-apiserver', startControlPlane)
