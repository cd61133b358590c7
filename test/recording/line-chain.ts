import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAIN_START, type ChainHead } from '../../src/recording/chain/chain.ts';
import { LineBuffer } from '../../src/recording/chain/line-buffer.ts';
import { eventBody } from '../../src/recording/event-body.ts';
import { denial } from './events.ts';

/** A chain as the first version of the format had it: lines alone, so many in each segment. */
export function writeLineChain(directory: string, writer: string, ...counts: readonly number[]): void {
  mkdirSync(directory, { recursive: true });
  let head: ChainHead = CHAIN_START;
  for (const [index, count] of counts.entries()) {
    const segment = new LineBuffer();
    const frame = { writer, time: '2026-11-20T10:00:00.000Z' };
    for (let i = 0; i < count; i++) head = segment.append(head, frame, { body: eventBody(denial(head.seq)) });
    writeFileSync(join(directory, `0000000${index + 1}.seg`), segment.all.lines);
  }
}
