type Endpoint = { readonly address?: string | null | undefined; readonly port?: string | number | null | undefined }

/** `10.0.0.7:52044->1.2.3.4:443`, as Falco writes it; an end that is not known is empty. Undefined when neither is. */
export function connectionText(from: Endpoint, to: Endpoint): string | undefined {
  return from.address || to.address ? `${endpointText(from)}->${endpointText(to)}` : undefined
}

function endpointText({ address, port }: Endpoint): string {
  if (!address) return ''
  const host = (address.includes(':') ? `[${address}]` : address).slice(0, 512)
  return port ? `${host}:${String(port).slice(0, 20)}` : host
}
