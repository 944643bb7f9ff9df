import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

// `npm run bench`: every figure; `npm run bench -- NAME`: one. Each file in this folder measures one figure and prints it.
const names = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
  .map((name) => name.replace('.ts', ''))
const [wanted, ...rest] = process.argv.slice(2)
if (wanted !== undefined && !names.includes(wanted)) {
  console.error(`there is no bench "${wanted}"; there are ${names.join(', ')}`)
  process.exitCode = 2
} else {
  for (const name of wanted === undefined ? names : [wanted]) {
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...rest], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}
