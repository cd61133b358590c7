import { describe, expect, it } from 'vitest';
import { type Cloud, metadataService } from '../../../src/app/egress/metadata-service.ts';
import { freePort } from '../../support/free-port.ts';
import { type Answer, aws, azure, gcp, startMetadataServer, ZONE } from './metadata-server.ts';

async function regionOf(cloud: Cloud, answer: Answer): Promise<unknown> {
  await using server = await startMetadataServer(answer);
  const region = await metadataService(cloud, server.endpoint).region();
  return region.ok ? region.value : { failure: region.failure };
}

describe('metadataService()', () => {
  it.each<[Cloud, Answer, string]>([
    ['aws', aws({ [ZONE]: 'eu-central-1a' }), 'eu-central-1'],
    ['aws', aws({ [ZONE]: 'us-east-1-bue-1a' }), 'us-east-1-bue-1'],
    ['aws', aws({ [ZONE]: 'eu-west-3-wl1-cmn-wlz-1' }), 'eu-west-3-wl1-cmn-wlz-1'],
    ['gcp', gcp('projects/123456/zones/europe-west3-a'), 'europe-west3'],
    ['gcp', gcp('projects/1/zones/us-central1-ai1a\n'), 'us-central1'],
    ['azure', azure('germanywestcentral'), 'germanywestcentral'],
  ])('%s says where the machine runs, as it wants to be asked', async (cloud, answer, expected) => {
    expect(await regionOf(cloud, answer)).toBe(expected);
  });

  it.each<[Cloud, string, Answer, string]>([
    ['aws', 'knows nothing', aws({}), 'status 404'],
    ['aws', 'is a page', aws({ [ZONE]: '<html>' }), 'something else'],
    ['aws', 'takes no token', (_, response) => void response.writeHead(403).end(), '/latest/api/token with status 403'],
    ['gcp', 'is somebody else', gcp('projects/1/zones/europe-west3-a', 'None'), 'without Metadata-Flavor'],
    ['gcp', 'names no zone', gcp('europe-west3'), 'something else'],
    [
      'azure',
      'redirects',
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'status 302',
    ],
    ['azure', 'talks without end', (_, response) => void response.end('a'.repeat(20_000)), 'more than 16384 bytes'],
  ])('%s that %s is a failure', async (cloud, _, answer, expected) => {
    expect(await regionOf(cloud, answer)).toEqual({ failure: expect.stringContaining(expected) as string });
  });

  it('asks again where a machine that starts is not ready, and gives up after three times', async () => {
    let left = 2;
    const busy: Answer = (request, response) => {
      if (left-- > 0) response.writeHead(503).end();
      else azure('westeurope')(request, response);
    };
    expect(await regionOf('azure', busy)).toBe('westeurope');
    await using server = await startMetadataServer((_, response) => void response.writeHead(503).end());
    expect(await metadataService('azure', server.endpoint).region()).toMatchObject({ ok: false });
    expect(server.asked).toHaveLength(3);
    const silent = { address: '127.0.0.1', port: await freePort() };
    expect(await metadataService('gcp', silent).region()).toMatchObject({
      failure: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});
