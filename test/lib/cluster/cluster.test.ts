import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { accessOf, agentQueueOf, ClusterItem } from '../../../lib/cluster/cluster.ts'
import { parseItem, readRuleFile } from '../../../lib/rule/yaml-file.ts'

const ROLE = 'arn:aws:iam::111122223333:role/creance'
const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/111122223333/creance-hidden'
const KEY = `MCowBQYDK2VwAyEA${'A'.repeat(43)}=`
const itemOf = (text: string) => ClusterItem.parse(parse(`{cluster: c, ${text}}`))
/** What `creance check` says of the one item, with its place. */
const problemsOf = (text: string) => {
  const [item] = readRuleFile('clusters.yaml', text).items
  const result = parseItem(item ?? expect.fail('no item'), ClusterItem)
  return 'problems' in result ? result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`) : []
}

test.each([
  ['EKS', `eks: {name: prod-eks, region: eu-central-1, read_role: "${ROLE}-read", act_role: "${ROLE}-act"}`, `${ROLE}-read`, `${ROLE}-act`],
  ['EKS without roles', 'eks: {name: prod-eks, region: us-gov-west-1}', 'eks', 'eks'],
  [
    'EKS behind a name',
    'eks: {name: p, region: cn-north-1, endpoint: "https://10.1.2.3:443/", ca: TFMw, tls_server_name: kube}',
    'eks',
    'eks',
  ],
  [
    'kubeconfigs',
    'kubeconfig: {read: {secret: creance/read}, act: {parameter: /creance/act}}',
    'secret creance/read',
    'parameter /creance/act',
  ],
  ['a kubeconfig for reading', 'kubeconfig: {read: {file: /etc/creance/kubeconfig}}', 'file /etc/creance/kubeconfig', undefined],
  [
    'a kubeconfig for acting, by ARN',
    `kubeconfig: {act: {secret: "arn:aws:secretsmanager:eu-west-1:1:secret:a/b-x"}}`,
    undefined,
    'secret arn:aws:secretsmanager:eu-west-1:1:secret:a/b-x',
  ],
  ['the cluster it runs in', 'in_cluster: {}', 'in_cluster', 'in_cluster'],
  ['an agent', `agent: {queue: "${QUEUE}", public_key: ${KEY}}`, undefined, undefined],
  [
    'an agent, read by EKS',
    `agent: {queue: "${QUEUE}", public_key: ${KEY}, read: {eks: {name: p, region: eu-west-1, read_role: "${ROLE}"}}}`,
    ROLE,
    undefined,
  ],
  [
    'an agent, read by a kubeconfig',
    `agent: {queue: "${QUEUE}", public_key: ${KEY}, read: {kubeconfig: {secret: s}}}`,
    'secret s',
    undefined,
  ],
  ['an agent, read from within', `agent: {queue: "${QUEUE}", public_key: ${KEY}, read: {in_cluster: {}}}`, 'in_cluster', undefined],
])('%s: each identity has its access', (_name, text, read, act) => {
  const item = itemOf(text)
  const shown = (['read', 'act'] as const).map((identity) => {
    const access = accessOf(item, identity)
    if (access?.by === 'kubeconfig') return Object.entries(access.source).flat().join(' ')
    return access?.by === 'eks' ? (access.role ?? 'eks') : access?.by
  })
  expect(shown).toEqual([read, act])
})

test('an agent’s queue is found by the cluster’s name', () => {
  const items = [itemOf(`agent: {queue: "${QUEUE}", public_key: ${KEY}}`), ClusterItem.parse({ cluster: 'd', in_cluster: {} })]
  expect(['c', 'd', 'e'].map((name) => agentQueueOf(items, name))).toEqual([QUEUE, undefined, undefined])
})

const KINDS = 'eks, kubeconfig, in_cluster, agent'
test.each([
  ['no access', '- cluster: c', [`1:3 expected one of ${KINDS}`]],
  [
    'two accesses',
    '- cluster: c\n  in_cluster: {}\n  eks: {name: p, region: eu-west-1}',
    [`2:3 in_cluster: expected one of ${KINDS}; there is eks already`],
  ],
  ['no name', '- cluster: ""\n  in_cluster: {}', ['1:3 cluster: Too small: expected string to have >=1 characters']],
  [
    'a key that is none',
    '- cluster: c\n  in_cluster: {}\n  region: x',
    ['3:3 Unrecognized key: "region"; expected one of cluster, description, eks, kubeconfig, in_cluster, agent'],
  ],
  ['in_cluster without braces', '- cluster: c\n  in_cluster:', ['2:3 in_cluster: expected object, received null']],
  ['EKS without a region', '- cluster: c\n  eks: {name: p}', ['2:3 eks.region: missing; expected string']],
  [
    'a region that is none',
    '- cluster: c\n  eks: {name: p, region: Frankfurt}',
    ['2:18 eks.region: expected an AWS region, such as eu-central-1'],
  ],
  [
    'a role by its name',
    '- cluster: c\n  eks:\n    name: p\n    region: eu-west-1\n    act_role: creance',
    ['5:5 eks.act_role: expected the ARN of an IAM role'],
  ],
  [
    'an EKS name with a slash',
    '- cluster: c\n  eks: {name: a/b, region: eu-west-1}',
    ['2:9 eks.name: expected the name of an EKS cluster'],
  ],
  [
    'an endpoint without TLS',
    '- cluster: c\n  eks: {name: p, region: eu-west-1, endpoint: "http://x"}',
    ['2:37 eks.endpoint: expected an https URL'],
  ],
  [
    'a ca that is PEM',
    '- cluster: c\n  eks: {name: p, region: eu-west-1, ca: "-----BEGIN"}',
    ['2:37 eks.ca: expected a certificate in base64, as eks:DescribeCluster gives it'],
  ],
  ['a kubeconfig for nobody', '- cluster: c\n  kubeconfig: {}', ['2:3 kubeconfig: expected read, act or both']],
  [
    'a kubeconfig as text',
    '- cluster: c\n  kubeconfig: {read: "apiVersion: v1"}',
    ['2:16 kubeconfig.read: expected object, received string'],
  ],
  [
    'a kubeconfig from nowhere',
    '- cluster: c\n  kubeconfig: {read: {}}',
    ['2:16 kubeconfig.read: expected one of secret, parameter, file'],
  ],
  [
    'a kubeconfig from two places',
    '- cluster: c\n  kubeconfig: {act: {secret: s, file: f}}',
    ['2:33 kubeconfig.act.file: expected one of secret, parameter, file; there is secret already'],
  ],
  ['an agent without a queue', `- cluster: c\n  agent: {public_key: ${KEY}}`, ['2:3 agent.queue: expected the URL of an SQS queue']],
  [
    'an agent’s queue by its name',
    `- cluster: c\n  agent: {queue: creance, public_key: ${KEY}}`,
    ['2:11 agent.queue: expected the URL of an SQS queue'],
  ],
  [
    'an agent without a key',
    `- cluster: c\n  agent: {queue: "${QUEUE}"}`,
    [expect.stringMatching(/^2:3 agent\.public_key: expected a public Ed25519 key as one line of base64/)],
  ],
  [
    'an agent read by nothing',
    `- cluster: c\n  agent: {queue: "${QUEUE}", public_key: ${KEY}, read: {}}`,
    [expect.stringMatching(/^2:\d+ agent\.read: expected one of eks, kubeconfig, in_cluster$/)],
  ],
])('%s is an error at its place', (_name, text, expected) => {
  expect(problemsOf(text)).toEqual(expected)
})
