import { mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ChainSpot } from '../../recording/chain/chain-spot.ts';

/** How far a sink has taken the chain of one writer. */
export interface ChainCursor {
  /** Behind what was taken; absent where nothing was. */
  readonly taken?: ChainSpot;
  /** Sequence number of the record behind it. */
  readonly seq: number;
  /** Behind what is being sent: sent again after a crash, it is the same batch under the same id. */
  readonly sending?: ChainSpot;
}

export const NOTHING_TAKEN: ChainCursor = { seq: 0 };

/** The cursor in a file; that of the beginning where it is not there, or is none: then what was taken is sent again. */
export function readCursor(file: string): ChainCursor {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING_TAKEN;
    throw error;
  }
  return parseCursor(text) ?? NOTHING_TAKEN;
}

/** Puts a cursor in place of the one before: whole, and on the medium. Throws what the operating system reports. */
export async function writeCursor(file: string, cursor: ChainCursor): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = await open(`${file}.new`, 'w', 0o600);
  try {
    await draft.writeFile(JSON.stringify(cursor));
    await draft.datasync();
  } finally {
    await draft.close();
  }
  await rename(`${file}.new`, file);
}

function parseCursor(text: string): ChainCursor | undefined {
  try {
    const { taken, seq, sending } = JSON.parse(text) as Partial<ChainCursor>;
    const isWhole = isCount(seq) && (taken === undefined || isSpot(taken)) && (sending === undefined || isSpot(sending));
    return isWhole ? { seq, ...(taken && { taken }), ...(sending && { sending }) } : undefined;
  } catch {
    return undefined;
  }
}

function isSpot({ segment, offset, block }: Partial<ChainSpot>): boolean {
  return isCount(segment) && isCount(offset) && isCount(block);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
