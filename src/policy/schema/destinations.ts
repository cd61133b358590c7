import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { AddressBlock, HostGlob, Id, Line, PlaceName, Ports, someOf, When, withDefault } from './scalars.ts';

export const Hosts = someOf(
  HostGlob,
  'a list of host names such as ["api.example.com", "*.example.org"]',
  'Exact names, or "*.suffix" for one or more labels before the suffix. "*" opens DNS for every name.',
);

export const Addresses = someOf(
  AddressBlock,
  'a list of addresses and CIDR blocks such as ["10.40.0.0/16"]',
  'Without hosts it matches IP literals alone; with hosts both must hold.',
);

const Attest = Type.Object(
  {
    place: PlaceName,
    covers: Type.Array(Type.Enum(['entry', 'processing', 'storage']), {
      minItems: 1,
      uniqueItems: true,
      expected: 'a list of entry, processing and storage',
      description: 'What the statement is about.',
    }),
    basis: Type.String({ ...Line, description: 'The document it rests on.' }),
    until: When,
  },
  {
    additionalProperties: false,
    description: 'The operator states where this destination is; the strongest evidence there is.',
  },
);

const Tls = Type.Object(
  {
    trust: Type.Optional(
      Type.String({
        ...Line,
        description: 'PEM file of trust anchors beside the public roots; a relative path starts in the directory of this file.',
      }),
    ),
    'client-certificate': Type.Optional(
      Type.String({
        ...Line,
        description: 'PEM file, mode 0600, with the certificate that the origin is shown, its chain and its key.',
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      'Trust anchors and client certificate toward this destination alone. Without effect in a tunnel that is not opened.',
  },
);

/** One entry of `destinations`. */
export const DestinationSchema = Type.Object(
  {
    id: Id,
    hosts: Type.Optional(Hosts),
    addresses: Type.Optional(Addresses),
    ports: Ports,
    attest: Type.Optional(Attest),
    internal: Type.Optional(
      Type.Object(
        { place: PlaceName },
        {
          additionalProperties: false,
          description: 'Lifts the floor on private addresses for exactly these addresses and ports, and states their place.',
        },
      ),
    ),
    'addresses-mode': withDefault(
      Type.Enum(['all', 'filter'], {
        description: 'all: one forbidden address denies the name. filter: only permitted ones are dialled.',
      }),
      'all',
    ),
    frameworks: withDefault(
      Type.Array(Type.Enum(['dpf']), {
        uniqueItems: true,
        description: 'Frameworks that this organisation is certified under.',
      }),
      [],
    ),
    tls: Type.Optional(Tls),
  },
  { additionalProperties: false, description: 'Where requests may go, named once and referred to by rules and credentials.' },
);

export type DestinationText = Static<typeof DestinationSchema>;
