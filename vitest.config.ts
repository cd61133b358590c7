import { statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// Nothing of a test need survive the machine, and half of what the tests wait for is the medium that records and stores are
// synced to. A memory file system takes what they write, where there is one with room.
const MEMORY = '/dev/shm';
const ROOM = 4 * 1024 ** 3;
if (hasRoom(MEMORY)) process.env['TMPDIR'] ??= MEMORY;

function hasRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize > ROOM;
  } catch {
    return false;
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', 'node_modules/**'],
    globalSetup: ['./test/support/postgres-setup.ts', './test/support/console-setup.ts', './test/support/program-setup.ts'],
    pool: 'threads',
    // Modules are read once by a worker, not again for each of its files. What a module remembers is only what any file may
    // find there: compiled patterns, one browser.
    isolate: false,
    // Many files wait for sockets and timers most of their time: four share two cores without being late.
    maxWorkers: 4,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', './scripts/summary-reporter.ts'],
  },
});
