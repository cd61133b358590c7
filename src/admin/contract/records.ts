import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import type { SimulationResult } from '../../policy/simulation/simulation-result.ts';
import { CheckAnswer, CheckBody } from '../contract.ts';

const closed = { additionalProperties: false } as const;

export const SimulateBody = Type.Object(
  { files: CheckBody.properties.files, since: Type.Optional(Type.String({ maxLength: 16 })) },
  closed,
);
/** `POST /v1/policy/simulate`: a candidate, and how far back it is asked. */
export type SimulateBody = Static<typeof SimulateBody>;

export const SimulateAnswer = Type.Unsafe<SimulateAnswer>({
  type: 'object',
  required: ['ok', 'digest', 'issues'],
  properties: {
    ...CheckAnswer.properties,
    isComplete: { type: 'boolean' },
    result: { type: 'object', additionalProperties: true },
  },
});
/** What would change; without a result where the candidate has errors. */
export interface SimulateAnswer extends CheckAnswer {
  /** False where it took too long: the result is then of the records read so far. */
  readonly isComplete?: boolean;
  readonly result?: SimulationResult;
}

export const SessionParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 255 }) }, closed);

const Format = Type.Union([Type.Literal('jsonl'), Type.Literal('csv'), Type.Literal('har'), Type.Literal('ocsf')]);
export const SessionExportQuery = Type.Object({ format: Type.Optional(Format) }, closed);
export type SessionFormat = Static<typeof Format>;
