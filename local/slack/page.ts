import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'

const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:",
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
].join('; ')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
}

/** The page's files, read once from the folder beside this module (or beside the bundle), by name. Throws when it is missing. */
export function pageFiles(): ReadonlyMap<string, () => Response> {
  const folder = new URL('./page/', import.meta.url)
  return new Map(
    readdirSync(folder).map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const headers = {
        'Content-Type': `${TYPES[extname(name)] ?? 'text/plain'}; charset=utf-8`,
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': POLICY,
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
      }
      return [name, () => new Response(text, { headers })] as const
    }),
  )
}
