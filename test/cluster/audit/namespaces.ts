/** The made-up namespaces. bob may edit the first seven. */
export const NAMESPACES: readonly string[] = [
  'shop',
  'payments',
  'catalog',
  'orders',
  'search',
  'mail',
  'billing',
  'stock',
  'reports',
  'media',
]
export const NAMESPACES_OF_BOB = NAMESPACES.slice(0, 7)
