import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_MOTO, startObjectStore, type ObjectStore } from '../../app/sinks/s3/object-store.ts';
import { cordon } from '../../cli/cordon.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../masking/ask.ts';

const PARROT = 'parrot.de.lab.example';
const GERMAN = '127.0.0.2';
const EUROPEAN = '127.0.0.3';
/** Directories below `data`, with what lists of writers call the stores. */
const STORES = { recordings: 'checkpoints', 'of-eu': 'checkpoints-eu' } as const;

let bucket: ObjectStore;
let directory: string;
let lab: Lab;
/** Of the gateway: its chain in each store. */
let chains: readonly { readonly store: string; readonly writer: string }[];

const agent = (id: string, from: string, home: string) => ({ id, home, identify: [{ cidr: [`${from}/32`] }] });

describe.skipIf(!HAS_MOTO)('a bucket, and records by the homes of agents, with moto (python3-moto)', () => {
  beforeAll(async () => {
    bucket = await startObjectStore('none');
    directory = mkdtempSync(join(tmpdir(), 'cordon-s3-homes-'));
    lab = await startLab({
      origins: { [PARROT]: { country: 'DE', handler: parrot } },
      agents: [agent('german', GERMAN, 'DE'), agent('european', EUROPEAN, 'eu')],
      rules: ['{ id: recorded, to: [parrot-de-lab-example], then: permit, record: content }'],
      settings: {
        node: { place: 'DE' },
        recordings: [
          { for: 'DE', directory: 'data/recordings', place: 'DE', default: true },
          { for: 'eu', directory: 'data/of-eu', place: 'DE' },
        ],
        sinks: [{ type: 's3', bucket: 'audit', region: 'eu-central-1', endpoint: bucket.endpoint, secret: 's3', place: 'DE' }],
      },
      gateway: { directory, keepDirectory: true },
    });
    chains = Object.entries(STORES).flatMap(([name, store]) =>
      readdirSync(join(directory, 'data', name)).map((writer) => ({ store, writer })),
    );
    expect(chains.map(({ store }) => store)).toEqual(Object.values(STORES));
    const set = ['--config', 'cordon.yaml', 'secrets', 'set', 's3'];
    expect((await cordon(set, directory, {}, 'AKIDEXAMPLE:wJalrXUtnFEMI\n')).code).toBe(0);
    for (const from of [GERMAN, EUROPEAN]) expect((await ask(lab, PARROT, { from, content: 'a note' })).status).toBe(200);
  }, 60_000);
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
    await (bucket as ObjectStore | undefined)?.[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it('has checkpoints of the chains of each store, and a list that names all of them', { timeout: 60_000 }, async () => {
    const named = chains.map(({ store, writer }) => `${store} ${writer}`);
    await expect.poll(listed, { timeout: 20_000 }).toEqual(expect.arrayContaining(named));
    for (const { writer } of chains)
      await expect.poll(async () => (await bucket.keys()).join(), { timeout: 20_000 }).toContain(`${writer}/checkpoints/`);
  });
});

/** Stores and writers in the lists that lie in the bucket. */
async function listed(): Promise<readonly string[]> {
  const lists = (await bucket.keys()).filter((key) => key.startsWith('_writers/'));
  const texts = await Promise.all(lists.map(async (key) => (await bucket.read(key))!.toString()));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/^writer (\S+ \S+) \d+$/gm)].map(([, named = '']) => named)))];
}
