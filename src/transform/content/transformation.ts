import type { Transform } from 'node:stream';
import type { TextFilter } from '../../masking/text-filter.ts';
import type { CodingMemory } from '../codings/coding-memory.ts';
import type { ContentCoding } from '../codings/content-coding.ts';
import { decodingStreams } from '../codings/decoding-stream.ts';
import { encodingStream } from '../codings/encoders.ts';
import type { ExpansionLimits } from '../codings/expansion.ts';
import { FilteringStream } from './filtering-stream.ts';
import { TextStep, type TextReading } from './text-step.ts';

/** What the content of one message goes through. */
export interface Transformation extends TextReading {
  /** In the order in which they were applied; all are undone. */
  readonly came: readonly ContentCoding[];
  readonly filter: TextFilter;
  /** The coding that is applied at the end; undefined for none. */
  readonly leaves: ContentCoding | undefined;
  /** Whether each piece leaves the encoder at once, as a reader of events needs it. */
  readonly flushes: boolean;
  readonly limits: ExpansionLimits;
  /** Shared by all exchanges. */
  readonly memory: CodingMemory;
}

/** The filter of a message as the only thing to do; undefined where codings are in the way. */
export function filterAlone({ came, leaves, filter, ...reading }: Transformation): TextStep | undefined {
  return came.length === 0 && leaves === undefined ? new TextStep(filter, reading) : undefined;
}

/** The stages of a message in order: decoders, the filter, the encoder. */
export function transformationStages(transformation: Transformation): [Transform, ...Transform[]] {
  const { came, filter, leaves, flushes, limits, memory } = transformation;
  const stages: Transform[] = [
    ...decodingStreams(came, limits, memory),
    new FilteringStream(new TextStep(filter, transformation)),
    ...(leaves === undefined ? [] : [encodingStream(leaves, flushes, memory)]),
  ];
  return stages as [Transform, ...Transform[]];
}
