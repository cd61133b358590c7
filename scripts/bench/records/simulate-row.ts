/** How fast a candidate policy is asked about what was recorded: the whole command, over a generated record. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditKeyText } from '../../../src/recording/keys/audit-key.ts';
import { createRecordKeys } from '../../../src/recording/keys/record-keys.ts';
import { figure, median, type Bench, type Line } from '../bench.ts';
import { AGENTS, generateRecords } from './generate-records.ts';
import { measuredCommand } from './measured-command.ts';

const EXCHANGES = 400_000;
const TARGET = 50_000;
/** Something would change: the candidate denies what was permitted, and permits what was denied. */
const CHANGES = 1;

/** Every exchange has a path of its own, so that none of them shares its answer with one that was asked before by its text. */
const CANDIDATE = `cordon: 1
agents:
${Array.from({ length: AGENTS }, (_, index) => `  - { id: agent-${index}, home: eu, identify: [{ cidr: ["10.20.${index}.0/24"] }] }`).join('\n')}
destinations:
  - { id: services, hosts: ["*.service.example"] }
rules:
  - { id: reading, to: [services], methods: [GET], then: permit }
  - id: threads
    to: [services]
    methods: [POST]
    paths: ["/v1/threads/*/messages"]
    then: permit
    transfer: { to: [US], basis: scc, reference: TIA-2026-04, until: 2099-01-01 }
  - { id: no-first-threads, to: [services], paths: ["/v1/threads/1*/**"], then: deny }
`;

export async function measureSimulation(bench: Bench): Promise<readonly Line[]> {
  const cwd = join(bench.directory, 'simulate');
  await mkdir(join(cwd, 'candidate'), { recursive: true });
  await writeFile(join(cwd, 'candidate/policy.yaml'), CANDIDATE);
  const wrapping = new Uint8Array(32).fill(1);
  const keys = createRecordKeys(wrapping, new Uint8Array(32).fill(2));
  await writeFile(join(cwd, 'key'), auditKeyText([wrapping], keys.signer.verifier));
  await generateRecords({
    directory: join(cwd, 'recordings'),
    keys,
    exchanges: EXCHANGES,
    from: '2026-11-01T00:00:00Z',
    evidence: 'ranges',
  });
  const args = ['simulate', '--policy', 'candidate', '--dir', 'recordings', '--key', 'key', '--json'];
  const perSecond: number[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    const { cpu, wall, resident } = await measuredCommand(cwd, args, CHANGES);
    bench.note(`simulate: ${figure(cpu)} s of CPU, ${figure(wall)} s, ${figure(resident)} MiB`);
    perSecond.push(EXCHANGES / cpu);
  }
  const cordon = median(perSecond);
  return [
    {
      row: 'simulate, the whole command over 400,000 exchanges, by CPU time',
      target: '≥ 50,000/s',
      cordon: `${figure(cordon)}/s`,
      against: '',
      ratio: `(${figure(Math.min(...perSecond))}–${figure(Math.max(...perSecond))})`,
      verdict: cordon >= TARGET ? 'met' : 'missed',
    },
  ];
}
