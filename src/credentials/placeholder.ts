import type { FieldLines } from '../core/exchange/exchange.ts';
import { fieldOf, type Injection } from '../core/exchange/injection.ts';
import { fieldValues } from '../wire/http/fields.ts';
import { queryValues } from './query.ts';

const PREFIX = 'cordon-placeholder-';
const PLACEHOLDERS = /cordon-placeholder-([a-z][a-z0-9-]{0,99})/g;
const BASIC = /^basic +([A-Za-z0-9+/=]+)$/i;

/** What an agent sends where the secret of a credential belongs, so that a client that wants a key has one. */
function placeholderOf(id: string): string {
  return PREFIX + id;
}

/** A request, as far as placeholders and secrets can be in it. */
export interface Carrier {
  readonly requestTarget: string;
  readonly fields: FieldLines;
}

/** Where a placeholder stands: the name of its field in lower case, or the target. */
export interface FoundPlaceholder {
  readonly id: string;
  readonly field: string | undefined;
}

/** All placeholders in target and fields. */
export function placeholdersIn({ requestTarget, fields }: Carrier): readonly FoundPlaceholder[] {
  let found: FoundPlaceholder[] | undefined;
  const look = (text: string, field: string | undefined): void => {
    if (!text.includes(PREFIX)) return;
    for (const [, id] of text.matchAll(PLACEHOLDERS)) (found ??= []).push({ id: id!, field });
  };
  look(requestTarget, undefined);
  for (const [name, value] of fields) look(decodedBasic(value), name.toLowerCase());
  return found ?? NONE;
}

const NONE: readonly FoundPlaceholder[] = [];

/** How the place of a credential is filled by the agent. */
export type Filled = 'nothing' | 'placeholder' | 'something-else';

/** What the agent itself sent in the place of a credential. Two values in it are something else, whatever they are. */
export function filledWith(id: string, injection: Injection, { requestTarget, fields }: Carrier): Filled {
  const field = fieldOf(injection);
  const values = field === undefined ? queryValues(requestTarget, nameOf(injection)) : fieldValues(fields, field);
  const [first, second] = values;
  if (first === undefined) return 'nothing';
  return second === undefined && accepted(id, injection).has(first) ? 'placeholder' : 'something-else';
}

/** The spellings of a placeholder that stand for all of the value, and for nothing else. */
function accepted(id: string, injection: Injection): ReadonlySet<string> {
  const placeholder = placeholderOf(id);
  if (injection.by === 'field') return new Set([placeholder, injection.template.replace('{}', () => placeholder)]);
  if (injection.by === 'basic') {
    const pair = Buffer.from(`${injection.user}:${placeholder}`, 'latin1').toString('base64');
    return new Set([placeholder, `Basic ${pair}`, `basic ${pair}`]);
  }
  return new Set([placeholder, `Bearer ${placeholder}`]);
}

function nameOf(injection: Injection): string {
  return injection.by === 'query' ? injection.name : '';
}

/** The user and password of Basic authentication (RFC 7617), the text itself where it is none. */
function decodedBasic(value: string): string {
  const [, pair] = BASIC.exec(value) ?? [];
  return pair === undefined ? value : Buffer.from(pair, 'base64').toString('latin1');
}
