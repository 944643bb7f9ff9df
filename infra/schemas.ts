import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ruleSchemas } from './rule-schemas.ts'

// `npm run schemas`: docs/schema/, the JSON Schemas of rule files for editors. A test says when it is to be run again.
const folder = join(import.meta.dirname, '../docs/schema')
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(ruleSchemas())) writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`)
execFileSync('biome', ['format', '--write', folder], { stdio: 'inherit' })
