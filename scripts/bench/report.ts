/**
 * Measures the residency report over a generated record: `npm run bench:report -- [--exchanges 1000000] [--rounds 3]`. Target:
 * 1,000,000 exchanges in at most 10 s and 512 MiB.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { auditKeyText } from '../../src/recording/keys/audit-key.ts';
import { createRecordKeys } from '../../src/recording/keys/record-keys.ts';
import { describeMachine } from './machine.ts';
import { generateRecords } from './records/generate-records.ts';

const CORDON = fileURLToPath(new URL('../cordon.mjs', import.meta.url));
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

interface Cost {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Mebibytes. */
  readonly resident: number;
}

/** What the command costs as a whole, its start included; it tells about itself when it ends. */
async function report(cwd: string): Promise<Cost> {
  const tell = `process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); process.stderr.write(JSON.stringify([userCPUTime + systemCPUTime, maxRSS])); })`;
  const args = [
    'report',
    '--jurisdiction',
    'eu',
    '--since',
    '2026-11-01',
    '--dir',
    'recordings',
    '--key',
    'key',
    '--out',
    'report.html',
  ];
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, CORDON, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const wall = (performance.now() - start) / 1000;
  const found = /\[\d+,\d+\]$/.exec(told.trim());
  if (code !== 0 || found === null) throw new Error(`Found exit code ${code}, expected 0: ${told}`);
  const [microseconds, kibibytes] = JSON.parse(found[0]) as [number, number];
  return { wall, cpu: microseconds / 1e6, resident: kibibytes / 1024 };
}
