/** Who did it, or what was done. */
export type Role = 'who' | 'deed'

/** Of `fields` the first that can be used. */
export type Candidate = { readonly role: Role; readonly fields: readonly string[]; readonly why: string }

/** What an exception of one source is made of, in the order of preference, and which roles it cannot do without. */
export type Candidates = { readonly needs: readonly Role[]; readonly all: readonly Candidate[] }

// Not among them: the image's tag, which the next release changes; the command line, which is another with each argument; a pod's name by its
// beginning, since whoever may create a pod chooses that.
export const CANDIDATES: ReadonlyMap<string, Candidates> = new Map([
  [
    'syscall',
    {
      needs: ['deed'],
      all: [
        { role: 'who', fields: ['k8s.ns.name'], why: 'the namespace of the workload' },
        { role: 'who', fields: ['container.image.repository', 'container.id'], why: 'what runs there, in any version, or the node itself' },
        { role: 'deed', fields: ['proc.name'], why: 'the program' },
        { role: 'deed', fields: ['proc.exepath'], why: 'its file, since a process may call itself by any name' },
        { role: 'deed', fields: ['fd.name', 'proc.pname'], why: 'what it touched, or else what started it' },
      ],
    },
  ],
  [
    'k8s_audit',
    {
      needs: ['who', 'deed'],
      all: [
        { role: 'who', fields: ['ka.user.name'], why: 'who asked' },
        { role: 'deed', fields: ['ka.verb'], why: 'for what' },
        { role: 'deed', fields: ['ka.target.resource'], why: 'on which kind of object' },
        { role: 'deed', fields: ['ka.target.subresource'], why: 'on which part of it' },
        { role: 'deed', fields: ['ka.target.namespace'], why: 'in which namespace' },
        { role: 'deed', fields: ['ka.target.name'], why: 'on which object, by a name that stays' },
      ],
    },
  ],
])
