import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, NO_NAMESPACES, runInside } from '../../support/isolated.ts';
import { startLab, type Lab } from '../../support/lab.ts';

const HERE = 'api.de.lab.example';
const THERE = 'api.us.lab.example';
const SOURCES = join(import.meta.dirname, 'clients');

let lab: Lab;
let datagrams: Socket;
const heard: string[] = [];

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ token: true }] }],
    origins: { [HERE]: { country: 'DE', tls: 'good' }, [THERE]: { country: 'US', tls: 'good' } },
    rules: ['{ id: both, to: [api-de-lab-example, api-us-lab-example], then: permit }'],
    gateway: { denials: 'inside' },
  });
  datagrams = createSocket('udp4', (message) => void heard.push(String(message)));
  datagrams.bind(0, '127.0.0.1');
  await once(datagrams, 'listening');
}, 30_000);
afterAll(async () => {
  datagrams.close();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** Compiled without network and cache of this machine. */
async function compiled(program: string, args: readonly string[]): Promise<void> {
  const { directory } = lab.gateway;
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    GOCACHE: join(directory, 'go-cache'),
    GOFLAGS: '-mod=mod',
    GOPROXY: 'off',
  };
  await promisify(execFile)(program, args, { cwd: directory, env });
}

const CLIENTS = [
  {
    name: 'Java',
    compiler: 'javac',
    compile: () => compiled('javac', ['-d', 'classes', join(SOURCES, 'Client.java')]),
    /** `plain`: with nothing that says where the proxy is, and in spite of what it may find by itself. */
    command: ({ plain }: { readonly plain: boolean }) =>
      plain ? 'env -u JAVA_TOOL_OPTIONS java -Dhttp.nonProxyHosts=* -cp classes Client' : 'java -cp classes Client',
  },
  {
    name: 'Go',
    compiler: 'go',
    compile: () => compiled('go', ['build', '-o', 'client', join(SOURCES, 'client.go')]),
    command: ({ plain }: { readonly plain: boolean }) =>
      plain
        ? "env -u http_proxy -u HTTP_PROXY -u https_proxy -u HTTPS_PROXY -u all_proxy NO_PROXY='*' no_proxy='*' ./client"
        : './client',
  },
];

describe.skipIf(NO_NAMESPACES !== '')(`cordon run${NO_NAMESPACES}`, () => {
  for (const { name, compiler, compile, command } of CLIENTS) {
    const without = missing(compiler === 'go' ? 'go' : compiler);
    it(`a compiled ${name} program reaches what is permitted and nothing else, also past the variables${without}`, async (context) => {
      if (without !== '') context.skip();
      await compile();
      const [here, there] = [HERE, THERE].map((host) => `get:https://${lab.authority(host)}/hello`);
      const { address, port } = lab.origin(HERE);
      const past = [here, `dial:${address}:${port}`, 'dial:169.254.169.254:80', 'send:192.0.2.1:53'];
      const neighbours = [
        `dial:127.0.0.1:${lab.gateway.admin.port}`,
        `send:127.0.0.1:${datagrams.address().port}`,
        `look-up:${HERE}`,
      ];
      const before = lab.origin(HERE).requests.length;
      const script = `${command({ plain: false })} ${here} ${there}; ${command({ plain: true })} ${[...past, ...neighbours].join(' ')}`;
      const { out, err } = await runInside(lab, ['sh', '-c', script]);
      const lines = out.trim().split('\n');
      expect(lines.slice(0, 2), err).toEqual([
        expect.stringMatching(/^200 /),
        expect.stringMatching(/^403 .*"code":"outside_home"/),
      ]);
      // A datagram to its own loopback leaves nothing.
      expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual(['no', 'no', 'no', 'no', 'no', 'sent', 'no']);
      expect(heard).toEqual([]);
      expect(lab.origin(THERE).connections).toEqual([]);
      expect(lab.origin(HERE).requests).toHaveLength(before + 1);
    });
  }
});
