import { defineConfig } from 'vitest/config';

/** What takes too long for every commit: soak, fuzzing at length, many connections. `npm run test:long`. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    globalSetup: ['./test/support/postgres-setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
