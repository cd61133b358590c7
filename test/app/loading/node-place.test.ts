import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../../src/app/egress/metadata-service.ts';
import { openGateway } from '../../../src/app/gateway.ts';
import { checkNodePlace } from '../../../src/app/loading/node-place.ts';
import { systemClock, systemRandom } from '../../../src/app/system.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { writerDirectories } from '../../../src/recording/reading/writer-directories.ts';
import { openLog } from '../../../src/telemetry/log.ts';
import { tables } from '../../destination/support/tables.ts';
import { recordsOf } from '../../support/record-files.ts';
import { azure, startMetadataServer, type MetadataServer } from '../egress/metadata-server.ts';

const { world } = await tables();

function check(place: string | undefined, metadata: Cloud | undefined, region: Result<string, string>) {
  const service = { region: () => Promise.resolve(region) };
  return checkNodePlace({ ...(place && { place }), ...(metadata && { metadata }) }, world, () => service);
}

describe('checkNodePlace()', () => {
  it('asks nobody where node.metadata is unset', async () => {
    expect(await check('DE', undefined, fail('asked'))).toEqual(ok(undefined));
  });

  it.each([
    ['DE', 'aws', 'eu-central-1', 'DE'],
    ['eu', 'aws', 'eu-central-1', 'DE'],
    ['aws:eu-central-1', 'aws', 'eu-central-1', 'DE'],
    ['aws:eu-central-1', 'aws', 'eu-central-1-ham-1', 'DE'],
    ['DE', 'gcp', 'europe-west3', 'DE'],
    ['NL', 'azure', 'westeurope', 'NL'],
  ] as const)('%s agrees with %s %s', async (place, cloud, region, country) => {
    expect(await check(place, cloud, ok(region))).toEqual(ok({ cloud, region: `${cloud}:${region}`, country }));
  });

  it.each([
    [
      'DE',
      'aws',
      ok('us-east-1'),
      'node.place: Found DE, expected US: the metadata service says that this machine runs in aws:us-east-1',
    ],
    // A local zone in another country than the region it is named after.
    ['aws:us-east-1', 'aws', ok('us-east-1-bue-1'), 'node.place: Found aws:us-east-1, expected AR'],
    ['aws:eu-central-1', 'azure', ok('germanywestcentral'), 'node.place: Found aws:eu-central-1, expected DE'],
    [undefined, 'aws', ok('eu-central-1'), 'node.place: Found none, expected DE: the metadata service says aws:eu-central-1'],
    ['DE', 'aws', ok('atlantis-1'), 'node.metadata: Found aws:atlantis-1, expected a region whose country'],
    ['atlantis', 'aws', ok('eu-central-1'), 'node.place: Found "atlantis"'],
    [
      'DE',
      'aws',
      fail('connect ECONNREFUSED'),
      'node.metadata: The metadata service of aws does not say where this machine runs: connect ECONNREFUSED',
    ],
  ] as const)('node.place %s with %s and %j is a failure', async (place, cloud, region, expected) => {
    expect(await check(place, cloud, region)).toEqual(fail(expect.stringContaining(expected) as string));
  });
});

async function startAt(directory: string, place: string, { endpoint }: MetadataServer) {
  const flags = {
    'node.place': place,
    'node.metadata': 'azure',
    'data.directory': join(directory, 'data'),
    rules: join(import.meta.dirname, '../../../rules'),
    'listen.proxy': '127.0.0.1:0',
    'listen.admin': '127.0.0.1:0',
  };
  const loaded = loadSettings({ env: {}, flags, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const log = openLog({ level: 'silent', to: 'stderr' });
  const parts = { observe: false, clock: systemClock, random: systemRandom, log, environment: {} };
  return openGateway({ settings: loaded.value.settings, ...parts, metadata: endpoint, onFirstToken: () => Promise.resolve() });
}

describe('a gateway with node.metadata', () => {
  it('does not start where the cloud contradicts node.place; where it agrees, that is on the record', async () => {
    await using server = await startMetadataServer(azure('germanywestcentral'));
    await using stack = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'cordon-place-'));
    stack.defer(() => rm(directory, { recursive: true }));
    const refused = await startAt(directory, 'FR', server);
    expect(refused).toEqual(fail([expect.stringContaining('node.place: Found FR, expected DE') as string]));
    // Nothing was kept anywhere.
    await expect(readFile(join(directory, 'data/cordon.db'))).rejects.toThrow('ENOENT');
    const opened = await startAt(directory, 'DE', server);
    if (!opened.ok) throw new Error(opened.failure.join('; '));
    await opened.value[Symbol.asyncDispose]();
    const [writer = ''] = writerDirectories(join(directory, 'data/recordings'));
    const records = recordsOf(writer);
    expect(records).toContainEqual(
      expect.objectContaining({
        kind: 'admin',
        action: 'node.located',
        subject: 'node:DE',
        details: { cloud: 'azure', region: 'azure:germanywestcentral' },
      }),
    );
  });
});
