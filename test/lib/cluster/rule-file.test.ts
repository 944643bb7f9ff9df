import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClusterItem } from '../../../lib/cluster/cluster.ts'
import { loadKind } from '../../../lib/rule/load.ts'
import { loadRules } from '../../../lib/rule-set.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const load = (text: string) => {
  writeFileSync(join(folder.path, 'clusters.yaml'), text)
  const { rules, problems } = loadRules([folder.path])
  return { rules, problems: problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`) }
}

test('clusters are rules like the others, and a function can load them alone', () => {
  const { rules, problems } = load('- cluster: here\n  in_cluster: {}\n- route: {name: r, slack: {channel: C01}}')
  expect(problems).toEqual([])
  expect(rules.clusters).toEqual([{ cluster: 'here', in_cluster: {} }])
  expect(loadKind([folder.path], 'cluster', ClusterItem)).toEqual(rules.clusters)
})

test('what is wrong with one is told at its place, and two of one name are too', () => {
  expect(load('- cluster: a\n  in_cluster: {}\n- cluster: b\n  eks: {name: p}\n- cluster: a\n  in_cluster: {}').problems).toEqual([
    '4:3 invalid_rule eks.region: missing; expected string',
    '5:3 duplicate_name there is another with the name "a"',
  ])
  expect(() => loadKind([folder.path], 'cluster', ClusterItem)).toThrow(
    expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(/clusters\.yaml:4:3.*eks\.region/) }),
  )
})
