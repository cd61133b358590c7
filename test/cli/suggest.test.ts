import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { cordon } from './cordon.ts';

const API = 'api.de.lab.example';

/** The status of a request in a tunnel. */
async function status(lab: Lab, method: string, path: string): Promise<number> {
  await using client = await lab.https(API);
  client.send(`${method} ${path} HTTP/1.1\r\nHost: ${lab.authority(API)}\r\nContent-Length: 0\r\n\r\n`);
  return (await client.response(method)).status;
}

it('cordon suggest writes a policy under which what an observed agent asked for passes, and nothing else', async () => {
  const agents = (mode: string) => [{ id: 'lab', home: 'eu', mode, identify: [{ cidr: ['127.0.0.0/8'] }] }];
  const never = '{ id: never, to: { hosts: ["never.lab.example"] }, then: deny }';
  await using lab = await startLab({
    agents: agents('observe'),
    origins: { [API]: { country: 'DE', tls: 'good' } },
    rules: [never],
  });
  expect(await status(lab, 'GET', '/items/17')).toBe(200);
  expect(await status(lab, 'GET', '/items/18')).toBe(200);
  const { directory } = lab.gateway;
  const suggested = await cordon(['suggest', '--since', '1h', '--config', join(directory, 'cordon.yaml')], directory);
  expect(suggested).toMatchObject({ code: 0, err: 'cordon: 1 rules suggested, 0 destinations left to a person\n' });
  expect(suggested.out).toContain('paths: ["/items/*"]');
  const files = lab.policy([never]);
  const enforced = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replace('observe', 'enforce')]));
  expect((await lab.gateway.reload({ ...enforced, 'suggested.yaml': suggested.out })).change).toBe('loaded');
  expect(await status(lab, 'GET', '/items/19')).toBe(200);
  expect(await status(lab, 'GET', '/other')).toBe(403);
  expect(await status(lab, 'POST', '/items/19')).toBe(403);
});
