import type { TestProject } from 'vitest/node';
import { PostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that all test files share, or why there is none. */
    readonly postgres: { readonly url: string } | { readonly missing: string };
  }
}

/** Starts one PostgreSQL for the whole run; where its programs cannot run, the tests that need it are skipped by name. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const server = await PostgresServer.start();
    project.provide('postgres', { url: server.url });
    return () => server[Symbol.asyncDispose]();
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error);
    process.stderr.write(`PostgreSQL cannot run here, its tests are skipped: ${missing}\n`);
    project.provide('postgres', { missing });
    return undefined;
  }
}
