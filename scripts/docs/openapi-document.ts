import type { AdminDependencies } from '../../src/admin/dependencies.ts';
import { buildServer } from '../../src/admin/server.ts';
import { systemClock } from '../../src/app/system.ts';

/** `docs/openapi.json`: what a running gateway gives under `/openapi.json`. No route is called, so nothing is behind them. */
export async function openApiDocument(): Promise<unknown> {
  const dependencies = { clock: systemClock } as Partial<AdminDependencies> as AdminDependencies;
  const server = await buildServer({ dependencies });
  await server.ready();
  const document = server.swagger();
  await server.close();
  return document;
}
