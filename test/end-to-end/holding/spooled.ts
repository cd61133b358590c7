import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Gateway } from '../../support/gateway.ts';

/** How many requests have their content in the spool now. */
export async function spooled({ directory }: Pick<Gateway, 'directory'>): Promise<number> {
  return (await readdir(join(directory, 'data/spool'))).length;
}

/** Waits until so many have: what holds content is freed after the client has its answer. */
export async function expectSpooled(gateway: Gateway, count: number): Promise<void> {
  await expect.poll(() => spooled(gateway), { timeout: 3_000 }).toBe(count);
}
