import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { freePort } from '../support/free-port.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm pack` makes, laid out as `npm install` does it, with the libraries of this checkout. */
function installedPackage(): string {
  const directory = directoryWith({});
  // The bundle is there: the set-up of the tests has built it.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], { cwd: ROOT });
  const [{ filename }] = JSON.parse(packed.toString()) as [{ filename: string }];
  execFileSync('tar', ['-xzf', filename], { cwd: directory });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'package/node_modules'));
  return join(directory, 'package');
}

it('a package has all that the program needs, and no sources: it serves, checks, and names the licences of what is in it', async () => {
  const installed = installedPackage();
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const entry = join(installed, 'scripts/cordon.mjs');
  expect(existsSync(join(installed, 'src/cli/main.ts'))).toBe(false);
  expect(execFileSync(process.execPath, [entry, '--version']).toString().trim()).toBe(manifest.version);
  const notices = readFileSync(join(installed, 'dist/program/THIRD-PARTY-NOTICES'), 'utf8');
  for (const library of ['undici', 'fastify', 'preact', 'maxmind']) expect(notices).toMatch(new RegExp(`^${library} \\d`, 'm'));

  const home = directoryWith({
    'rules/policy.yaml': 'cordon: 1\nagents: [{ id: bot, home: eu, identify: [{ token: true }] }]\n',
  });
  const [proxy, admin] = [await freePort(), await freePort()];
  mkdirSync(join(home, 'data'), { mode: 0o700 });
  const settings = { listen: { proxy: `127.0.0.1:${proxy}`, admin: `127.0.0.1:${admin}` }, node: { place: 'DE' } };
  writeFileSync(join(home, 'cordon.yaml'), JSON.stringify(settings));
  const serving = spawn(process.execPath, [entry, 'serve'], { cwd: home, env: { PATH: process.env['PATH'] ?? '' } });
  const said: string[] = [];
  for (const stream of [serving.stdout, serving.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const ended = once(serving, 'exit');
  const answer = (path: string): Promise<number> =>
    fetch(`http://127.0.0.1:${admin}${path}`).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(() => answer('/readyz'), { timeout: 30_000, message: said.join('') }).toBe(200);
  expect(await answer('/')).toBe(200);
  serving.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 60_000);
