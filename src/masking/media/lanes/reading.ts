import type { JsonString, JsonValue } from '../json/json-value.ts';

/** What the text of a lane is: prose, or JSON such as the arguments of a tool call, in which a value is written escaped. */
export type LaneKind = 'text' | 'json';

/** One step on the way from the root of a JSON text to a value: the name of a member or the index of an item. */
export type PathStep = string | number;

/** The next piece of a text that a model sends in many events. */
export interface Delta {
  /** The lane it belongs to, unique within the stream. */
  readonly lane: string;
  /** Lanes of one scope follow each other: what comes in one of them ends the others. */
  readonly scope: string;
  readonly kind: LaneKind;
  readonly literal: JsonString;
  readonly path: readonly PathStep[];
  /** Ends the other lanes of its scope even when it is empty, and those before it in its event: the start of a tool call. */
  readonly opens?: boolean;
  /** Where an event that only goes on with the lane looks otherwise than this one. */
  readonly continuation?: Continuation;
}

/** An event made up of a type and one text. */
export interface Continuation {
  readonly type: string;
  /** JSON before and after the string literal of the text. */
  readonly head: string;
  readonly tail: string;
}

/** What an event of a known stream of a language model is made of; everything it does not name is filtered by itself. */
export interface Reading {
  readonly deltas: readonly Delta[];
  /** Scopes whose lanes end with this event. */
  readonly ends: readonly string[] | 'all';
  /** Strings that prove or carry something when sent back, and break when a byte of them changes. */
  readonly opaque?: readonly JsonString[];
  /** Token by token the text once more. */
  readonly probabilities?: readonly JsonValue[];
  /** Strings below the root that an extra event repeats: without them it would not be an event of its kind. */
  readonly repeated: ReadonlySet<string>;
}

export const NOTHING_REPEATED: ReadonlySet<string> = new Set();
