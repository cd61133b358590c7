import { ENTITIES } from '../../../src/masking/catalogue.ts';
import { Findings } from '../../../src/masking/finding.ts';
import { Masker, type Masking } from '../../../src/masking/masker.ts';
import { compileDetection } from '../../../src/masking/scanning/detection.ts';
import { createReplacer } from '../../../src/masking/strategies/replacer.ts';
import { ADVERSARIAL } from './adversarial.ts';
import { chatBytes, smallBodies } from './bodies.ts';
import { EXPRESSIONS } from './expressions.ts';
import type { Subject } from './measure.ts';

const CHUNK = 65_536;
const DELTA = 20;
const EVENTS = 20_000;

const DETECTION = compileDetection([...ENTITIES.values()]);
const REPLACER = createReplacer(new Map([...ENTITIES.keys()].map((id) => [id, 'redact'])), { hash: () => new Uint8Array(32) });

function masking(): Masking {
  return { detection: DETECTION, replacer: REPLACER, findings: new Findings() };
}

/** Masks a text in pieces of one size. @returns bytes that came out */
function maskIn(bytes: Uint8Array, size: number): number {
  const masker = new Masker(masking());
  let length = 0;
  for (let at = 0; at < bytes.length; at += size)
    for (const part of masker.pushParts(bytes.subarray(at, at + size))) length += part.length;
  return length + masker.finish().length;
}

function streaming(row: string, bytes: Uint8Array, size: number, goal?: number): Subject {
  const run = (): number => {
    maskIn(bytes, size);
    return bytes.length;
  };
  return { row, unit: 'MB/s', run, ...(goal !== undefined && { goal }) };
}

function separately(row: string, bodies: readonly Uint8Array[], goal: number): Subject {
  const total = bodies.reduce((sum, { length }) => sum + length, 0);
  const run = (): number => {
    for (const body of bodies) maskIn(body, body.length);
    return total;
  };
  return { row, unit: 'MB/s', goal, run };
}

/** The usual: chat bodies, streamed. */
export function chatSubjects(): Subject[] {
  const [clean, valued] = [false, true].map((withValues) => chatBytes(64 * CHUNK, { withValues })) as [Uint8Array, Uint8Array];
  return [
    streaming('64 KB chunks, nothing to find', clean, CHUNK, 700),
    streaming('64 KB chunks, a value per 2 KB', valued, CHUNK, 500),
    streaming(
      '64 KB chunks, numbers that mislead in most sentences',
      chatBytes(64 * CHUNK, { withValues: false, isHard: true }),
      CHUNK,
    ),
    streaming('16 KB chunks, nothing to find', clean, CHUNK / 4),
    streaming('1,460-byte chunks, nothing to find', clean, 1460),
    separately('1 KB bodies, nothing to find', smallBodies(1000, { withValues: false }), 300),
    separately('1 KB bodies, a value in every second', smallBodies(1000, { withValues: true }), 300),
    streaming('10 MB at once, nothing to find', chatBytes(10_000_000, { withValues: false }), 10_000_000),
    streaming('10 MB at once, a value per 2 KB', chatBytes(10_000_000, { withValues: true }), 10_000_000),
  ];
}

/** A lane of an event stream: pieces of 20 bytes, one per event. */
export function eventSubjects(): Subject[] {
  return [false, true].map((withValues) => {
    const bytes = chatBytes(EVENTS * DELTA, { withValues });
    const run = (): number => {
      maskIn(bytes, DELTA);
      return EVENTS;
    };
    return {
      row: `lane of 20-byte deltas, ${withValues ? 'a value per 2 KB' : 'nothing to find'}`,
      unit: 'µs per event',
      goal: 3,
      run,
    };
  });
}

/** What it is compared with: regular expressions, over strings that somebody else has decoded. */
export function expressionSubjects(): Subject[] {
  const bytes = chatBytes(4 * CHUNK, { withValues: true });
  const strings: string[] = [];
  for (const line of new TextDecoder().decode(bytes).split('\n')) collectStrings(line, strings);
  const length = strings.reduce((sum, text) => sum + text.length, 0);
  const single = EXPRESSIONS.map((source) => new RegExp(source, 'g'));
  const either = new RegExp(EXPRESSIONS.join('|'), 'g');
  const subject = (row: string, expressions: readonly RegExp[]): Subject => ({
    row,
    unit: 'MB/s',
    run: () => {
      for (const text of strings) {
        let masked = text;
        for (const expression of expressions) masked = masked.replace(expression, 'REDACTED');
      }
      return length;
    },
  });
  return [
    subject('20 regular expressions, one by one', single),
    subject('20 regular expressions as one alternation', [either]),
  ];
}

/** The least that any scanner costs here: every two bytes are looked up in a table, and nothing is there. */
export function floorSubjects(): Subject[] {
  const bytes = chatBytes(64 * CHUNK, { withValues: false });
  const pairs = new Uint16Array(bytes.buffer, 0, bytes.length >> 1);
  const table = new Uint8Array(65_536);
  const run = (): number => {
    let seen = 0;
    for (let i = 0; i < pairs.length; i++) seen |= table[pairs[i]!]!;
    return bytes.length + seen;
  };
  return [{ row: 'a table look-up for every two bytes, nothing else', unit: 'MB/s', run }];
}

function collectStrings(line: string, strings: string[]): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return;
  }
  JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'string') strings.push(each);
    return each;
  });
}

/** The worst that anybody could send, a megabyte of each. */
export function adversarialSubjects(): Subject[] {
  return [...ADVERSARIAL].map(([row, make]) => {
    let bytes: Uint8Array | undefined;
    const run = (): number => {
      bytes ??= new TextEncoder().encode(make());
      maskIn(bytes, CHUNK);
      return bytes.length;
    };
    return { row, unit: 'MB/s', goal: 50, run };
  });
}
