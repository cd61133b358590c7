import type { Authority, IpAddress } from '../../core/address.ts';
import type { DenialCode } from '../../core/codes.ts';
import type { Obligation } from '../../core/exchange/decision.ts';
import type { AgentId, RuleId } from '../../core/ids.ts';
import type { Instant } from '../../core/units.ts';
import type { Position } from '../model.ts';

/** One case of `rules/tests/*.yaml` (contract §5), read and checked by the compiler, run by `run-expectation.ts`. */
export interface Expectation {
  readonly name: string;
  readonly position: Position;
  readonly given: Given;
  readonly expect: Expected;
}

/** The exchange a case describes. Nothing is resolved: addresses are those written, or none. */
export interface Given {
  readonly agent: AgentId;
  readonly request: GivenRequest;
  /** Absent: only name evidence is judged. Never empty. */
  readonly addresses?: readonly IpAddress[];
  /** Media type of the content, lower-case essence (`type:` in YAML). Absent: as its fields say, if there is any content. */
  readonly mediaType?: string;
  /** The content, as text. */
  readonly content?: string;
  /** Field lines of the request. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly session?: string;
  /** Absent: the instant at which the tests run. */
  readonly now?: Instant;
}

/** `METHOD URI`, or `CONNECT host:port`, parsed with the parsers of the listener. */
export interface GivenRequest {
  /** As written, for messages. */
  readonly text: string;
  /** `CONNECT` asks for a tunnel: nothing inside it is known. */
  readonly method: string;
  /** `https` for a CONNECT. */
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  /** Canonical path without query; empty for a CONNECT. */
  readonly path: string;
  /** Without the question mark; absent when the URI has none. */
  readonly query?: string;
}

/** What must come out. Only what is written is compared. */
export interface Expected {
  readonly decision: 'permit' | 'hold' | 'deny';
  readonly code?: DenialCode;
  /** The rules that win, in any order, all of them. */
  readonly rules?: readonly RuleId[];
  /** Basis of the transfer that carries the exchange, such as `scc`; `none`: it must not leave home. */
  readonly transfer?: string;
  /** Label of the place per facet; a single text in YAML states the entry place alone. */
  readonly place?: { readonly entry?: string; readonly processing?: string; readonly storage?: string };
  /** Kinds of obligation, in any order, each once, all of them. */
  readonly obligations?: readonly Obligation['kind'][];
  /** Texts that what leaves must hold, and must not hold. Of a denied request nothing leaves. */
  readonly sent?: { readonly contains?: readonly string[]; readonly notContains?: readonly string[] };
  /** How often entities are found by the rules that look for them. */
  readonly findings?: Readonly<Record<string, number>>;
}
