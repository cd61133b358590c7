import * as Type from 'typebox/type';
import { AgentSchema } from './schema/agents.ts';
import { CredentialSchema } from './schema/credentials.ts';
import { DestinationSchema } from './schema/destinations.ts';
import { EntitySchema } from './schema/entities.ts';
import { JurisdictionsSchema } from './schema/jurisdictions.ts';
import { RuleSchema } from './schema/rules.ts';
import { withDefault } from './schema/scalars.ts';

/**
 * A policy file (contract §4): the one schema that validation, `policy.schema.json` and the docs are made from. Every
 * section may be left out; the files of a policy are merged.
 */
export const PolicySchema = Type.Object(
  {
    cordon: withDefault(Type.Literal(1, { expected: 'the number 1', description: 'Version of the policy language.' }), 1),
    jurisdictions: Type.Optional(JurisdictionsSchema),
    agents: Type.Optional(Type.Array(AgentSchema, { expected: 'a list of agents' })),
    destinations: Type.Optional(Type.Array(DestinationSchema, { expected: 'a list of destinations' })),
    credentials: Type.Optional(Type.Array(CredentialSchema, { expected: 'a list of credentials' })),
    rules: Type.Optional(Type.Array(RuleSchema, { expected: 'a list of rules' })),
    entities: Type.Optional(Type.Array(EntitySchema, { expected: 'a list of entities' })),
  },
  {
    additionalProperties: false,
    expected: 'a policy with sections such as agents, destinations and rules',
    description: 'A Cordon policy file.',
  },
);
