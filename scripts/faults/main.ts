/**
 * Every fault of `test/long/faults`, in a network and a mount namespace that nobody else has: `npm run faults [-- --write]`.
 * Prints the table of what agents saw; with `--write` it goes into `docs/faults.md`. Root, or a kernel that lets anybody make
 * namespaces; Linux with nftables.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultRow } from '../../test/long/faults/fault-case.ts';
import { faultsPage, faultsTable } from './page.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/faults.md');

const directory = mkdtempSync(join(tmpdir(), 'cordon-faults-'));
const rowsFile = join(directory, 'rows');
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
const inside = 'ip link set lo up && exec "$0" "$@"';
const command = [process.execPath, vitest, 'run', '--config', 'vitest.long.config.ts', 'test/long/faults'];
const { status } = spawnSync('unshare', ['--net', '--mount', '--', 'sh', '-c', inside, ...command], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, CORDON_OWN_NETWORK: '1', CORDON_FAULT_ROWS: rowsFile },
});
const rows = existsSync(rowsFile) ? readFileSync(rowsFile, 'utf8').trim().split('\n') : [];
rmSync(directory, { recursive: true });
const table = faultsTable(rows.map((row) => JSON.parse(row) as FaultRow));
process.stdout.write(`${table}\n`);
// What has failed is not for a page.
if (status === 0 && process.argv.includes('--write')) {
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(PAGE, faultsPage(readFileSync(PAGE, 'utf8'), `${date}.\n\n${table}`));
}
process.exitCode = status ?? 3;
