import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', 'node_modules/**'],
    globalSetup: ['./test/support/postgres-setup.ts', './test/support/console-setup.ts', './test/support/program-setup.ts'],
    pool: 'threads',
    // Modules are read once by a worker, not again for each of its files. What a module remembers is only what any file may
    // find there: compiled patterns, one browser.
    isolate: false,
    // Many files wait for sockets and timers most of their time: three share two cores without being late.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', './scripts/summary-reporter.ts'],
  },
});
