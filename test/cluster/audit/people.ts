import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { parse, stringify } from 'yaml'

/** A certificate authority for users: its certificate for the API server, and kubeconfig files for whom it names. */
export type People = {
  readonly authorityFile: string
  /** A kubeconfig file for `name` in `groups` by a client certificate, for the cluster that `admin` (another kubeconfig file) points to. */
  readonly kubeconfig: (name: string, groups: readonly string[], admin: string) => Promise<string>
  /** The same without a name, for a bearer token or none. */
  readonly namelessKubeconfig: (admin: string) => string
}

export async function makePeople(folder: string): Promise<People> {
  const authority = await generate([{ name: 'commonName', value: 'people' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  })
  const authorityFile = join(folder, 'people.crt')
  writeFileSync(authorityFile, `${authority.cert}\n`)

  const write = (name: string, admin: string, credentials: Record<string, string>): string => {
    const config = parse(readFileSync(admin, 'utf8'))
    const file = join(folder, `kubeconfig-${name.replaceAll(':', '-')}`)
    const contexts = [{ name: 'test', context: { cluster: 'test', user: name } }]
    writeFileSync(file, stringify({ ...config, users: [{ name, user: credentials }], contexts }), { mode: 0o600 })
    return file
  }
  const kubeconfig = async (name: string, groups: readonly string[], admin: string): Promise<string> => {
    const subject = [...groups.map((value) => ({ name: 'organizationName', value })), { name: 'commonName', value: name }]
    const made = await generate(subject, {
      keyType: 'ec',
      algorithm: 'sha256',
      ca: { cert: authority.cert, key: authority.private },
      extensions: [
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', clientAuth: true },
      ],
    })
    return write(name, admin, { 'client-certificate-data': base64(`${made.cert}\n`), 'client-key-data': base64(`${made.private}\n`) })
  }
  return { authorityFile, kubeconfig, namelessKubeconfig: (admin) => write('nameless', admin, {}) }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
