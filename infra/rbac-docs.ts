import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rbacTables, withTables } from './rbac-tables.ts'

// `node infra/rbac-docs.ts`: the tables in docs/rbac.md, from the actions' own words and rights. A test says when it is to be run again.
const file = join(import.meta.dirname, '../docs/rbac.md')
writeFileSync(file, withTables(readFileSync(file, 'utf8'), rbacTables()))
