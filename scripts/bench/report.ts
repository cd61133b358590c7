/**
 * Measures the residency report over a generated record: `npm run bench:report -- [--exchanges 1000000] [--rounds 3]`. Target:
 * 1,000,000 exchanges in at most 10 s and 512 MiB.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auditKeyText } from '../../src/recording/keys/audit-key.ts';
import { createRecordKeys } from '../../src/recording/keys/record-keys.ts';
import { describeMachine } from './machine.ts';
import { generateRecords } from './records/generate-records.ts';
import { measuredCommand, type CommandCost } from './records/measured-command.ts';

const { values } = parseArgs({
  options: { exchanges: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
});

const directory = await mkdtemp(join(tmpdir(), 'cordon-bench-report-'));
try {
  const wrapping = new Uint8Array(32).fill(1);
  const keys = createRecordKeys(wrapping, new Uint8Array(32).fill(2));
  await writeFile(join(directory, 'key'), auditKeyText([wrapping], keys.signer.verifier));
  const from = '2026-11-01T00:00:00Z';
  await generateRecords({ directory: join(directory, 'recordings'), keys, exchanges: Number(values.exchanges), from });
  process.stdout.write(`${describeMachine()}\n\n| exchanges | wall | CPU | resident, at most |\n|---:|---:|---:|---:|\n`);
  for (let round = 0; round < Number(values.rounds); round++) {
    const { wall, cpu, resident } = await report(directory);
    process.stdout.write(
      `| ${values.exchanges} | ${wall.toFixed(1)} s | ${cpu.toFixed(1)} s | ${Math.round(resident)} MiB |\n`,
    );
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** Both threads of it read all records. */
function report(cwd: string): Promise<CommandCost> {
  const question = ['--jurisdiction', 'eu', '--since', '2026-11-01'];
  return measuredCommand(cwd, ['report', ...question, '--dir', 'recordings', '--key', 'key', '--out', 'report.html']);
}
