import { globSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** libfaketime, where Debian and Fedora put it (the package `libfaketime`); undefined where it is not installed. */
const LIBRARY: string | undefined = globSync('/usr/lib{,64}/{*/,}faketime/libfaketimeMT.so.1')[0];

export const CAN_FAKE_CLOCKS = LIBRARY !== undefined;

/** A wall clock that is set for one process alone, threads included, as `date --set` does it for a machine. */
export interface FakedClock {
  /** For the process that shall see it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds ahead of the clock of this machine, or behind it. */
  set(seconds: number): void;
}

export function fakeClock(): FakedClock {
  if (LIBRARY === undefined) throw new Error('Found no libfaketime');
  const file = join(mkdtempSync(join(tmpdir(), 'cordon-clock-')), 'offset');
  const set = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  set(0);
  const environment = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // Only the wall clock is ever set; files keep the times that they have.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  return { environment, set };
}
