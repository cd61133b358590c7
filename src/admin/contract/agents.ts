/** Agents: what the admin API takes and gives. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { instantText } from '../../core/time-text.ts';
import type { SeenAgent } from '../access/agent-desk.ts';

const closed = { additionalProperties: false } as const;

export const AgentItem = Type.Object({
  id: Type.String(),
  state: Type.Unsafe<'running' | 'stopped'>({ enum: ['running', 'stopped'] }),
  home: Type.Optional(Type.String({ description: 'Absent where the policy in force declares it no more.' })),
  mode: Type.Optional(Type.Unsafe<'enforce' | 'observe'>({ enum: ['enforce', 'observe'] })),
  owners: Type.Array(Type.String(), { description: 'Answerable for it.' }),
  exchanges: Type.Integer({ description: 'Exchanges and tunnels of it that run on this replica.' }),
  stopped: Type.Optional(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      by: Type.String(),
      reason: Type.Optional(Type.String()),
    }),
  ),
});
/** An agent, as people see it. */
export type AgentItem = Static<typeof AgentItem>;

export const AgentsAnswer = Type.Object({ items: Type.Array(AgentItem) });
export type AgentsAnswer = Static<typeof AgentsAnswer>;

export const AgentParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) }, closed);
/** Absent, it is null: who has no reason at hand must not be kept from stopping an agent. */
export const StopBody = Type.Union([
  Type.Null(),
  Type.Object({ reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'For the record.' })) }, closed),
]);

export function agentItem({ id, declared, running, stopped }: SeenAgent): AgentItem {
  return {
    id,
    state: stopped === undefined ? 'running' : 'stopped',
    ...(declared !== undefined && { home: declared.attributes.home.label, mode: declared.attributes.mode }),
    owners: [...(declared?.owners ?? [])],
    exchanges: running,
    ...(stopped !== undefined && {
      stopped: {
        at: instantText(stopped.at),
        by: stopped.by,
        ...(stopped.reason !== undefined && { reason: stopped.reason }),
      },
    }),
  };
}
