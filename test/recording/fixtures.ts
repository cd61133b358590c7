import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openJournal, type JournalOptions, type OpenJournal } from '../../src/recording/journal.ts';
import { openSegmentFile, type OpenSegmentFile } from '../../src/recording/segment/segment-file.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { TEST_KEYS } from '../support/record-files.ts';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-recording-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A journal for tests, closed when the test ends. */
export async function journalIn(directory: string, options: Partial<JournalOptions> = {}): Promise<OpenJournal> {
  const opened = await openJournal({
    directory,
    clock: new ManualClock('2026-11-22T10:00:00Z'),
    random: MACHINE_RANDOM,
    durability: 'batched',
    keys: TEST_KEYS,
    onError: () => {},
    ...options,
  });
  if (!opened.ok) throw new Error(opened.failure.detail);
  onTestFinished(() => opened.value.close());
  return opened.value;
}

/** The file system, with faults that can be switched on. */
export class FaultyDisk {
  /** Bytes that still fit; what does not is written in part, as a full disk does it. */
  room = Number.POSITIVE_INFINITY;
  failSync = false;
  failCreate = false;
  failTruncate = false;
  syncs = 0;

  readonly open: OpenSegmentFile = (path, how) => {
    if (how === 'create' && this.failCreate) throw errno('ENOSPC', 'open');
    const file = openSegmentFile(path, how);
    return {
      write: (bytes) => {
        file.write(bytes.subarray(0, this.room));
        const fits = bytes.length <= this.room;
        this.room = Math.max(0, this.room - bytes.length);
        if (!fits) throw errno('ENOSPC', 'write');
      },
      truncate: (size) => {
        if (this.failTruncate) throw errno('EIO', 'ftruncate');
        file.truncate(size);
      },
      sync: async () => {
        this.syncs += 1;
        if (this.failSync) throw errno('EIO', 'fdatasync');
        await file.sync();
      },
      close: () => file.close(),
      discard: () => file.discard(),
    };
  };
}

function errno(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}
