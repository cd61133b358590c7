import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cordonProcess } from '../../cli/cordon.ts';
import { missing, NO_NAMESPACES, probing, runInside } from '../../support/isolated.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { startOrigin, type Origin, type Script } from '../../support/origin.ts';

const HERE = 'api.de.lab.example';

let lab: Lab;
/** What an agent would talk to if it got past the gateway: a service of the machine, over TCP, UDP and a Unix socket. */
let neighbour: Origin;
let datagrams: Socket;
let socket: Server;
const heard: string[] = [];
const socketPath = join(tmpdir(), `cordon-esc-${process.pid}.sock`);

/** How the gateway calls itself. */
const tellVia: Script = ({ fields, connection }) => {
  const via = fields.find(([name]) => name.toLowerCase() === 'via')?.[1] ?? '';
  connection.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${via.length}\r\n\r\n${via}`);
};

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ token: true }] }],
    origins: { [HERE]: { country: 'DE', handler: tellVia } },
    rules: ['{ id: here, to: [api-de-lab-example], then: permit }'],
    settings: { secrets: { provider: 'mount', directory: 'mounted' } },
  });
  neighbour = await startOrigin();
  datagrams = createSocket('udp4', (message) => void heard.push(String(message)));
  datagrams.bind(0, '127.0.0.1');
  socket = createServer((client) => {
    heard.push('connection');
    client.destroy();
  }).listen(socketPath);
  await Promise.all([once(datagrams, 'listening'), once(socket, 'listening')]);
}, 30_000);
afterAll(async () => {
  datagrams.close();
  socket.close();
  await neighbour[Symbol.asyncDispose]();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const probe = async (probes: Readonly<Record<string, string>>): Promise<Record<string, unknown>> => {
  const { out, err } = await runInside(lab, [process.execPath, '--input-type=module', '-e', probing(probes)]);
  if (out === '') throw new Error(err);
  return JSON.parse(out) as Record<string, unknown>;
};

describe.skipIf(NO_NAMESPACES !== '')(`cordon run keeps an agent inside${NO_NAMESPACES}`, () => {
  it(`ESC-01: without variables, past them, and to an address of its choice nothing is reached${missing('curl')}`, async (context) => {
    if (missing('curl') !== '') context.skip();
    const origin = lab.origin(HERE);
    const direct = `http://${origin.address}:${origin.port}/`;
    const curl = 'curl -sS -m 3 -o /dev/null -w "%{http_code}\\n"';
    const script = [
      `${curl} http://${lab.authority(HERE)}/`,
      `env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY ${curl} ${direct}`,
      `NO_PROXY='*' no_proxy='*' ${curl} ${direct}`,
      `${curl} --noproxy '*' ${direct}`,
      `${curl} --noproxy '*' --connect-to ::${origin.address}:${origin.port} http://${HERE}/`,
      `${curl} --noproxy '*' --resolve ${lab.authority(HERE)}:${origin.address} http://${lab.authority(HERE)}/`,
      `${curl} --noproxy '*' http://127.0.0.1:${neighbour.port}/`,
    ];
    const { out } = await runInside(lab, ['sh', '-c', script.join('\n')]);
    expect(out.trim().split('\n')).toEqual(['200', '000', '000', '000', '000', '000', '000']);
    expect(origin.requests).toHaveLength(1);
    expect(neighbour.connections).toEqual([]);
  });

  it('ESC-02: UDP, IPv6, look-ups, the metadata service and services of the machine are out of reach', async () => {
    const { address, port } = datagrams.address();
    const queries = lab.dns.queries.length;
    const told = await probe({
      interfaces: 'return Object.keys(networkInterfaces())',
      routes: "return readFileSync('/proc/net/route', 'utf8').trim().split('\\n').length - 1",
      origin: `return await tcp({ host: '${lab.origin(HERE).address}', port: ${lab.origin(HERE).port} })`,
      metadata: "return await tcp({ host: '169.254.169.254', port: 80 })",
      admin: `return await tcp({ host: '127.0.0.1', port: ${lab.gateway.admin.port} })`,
      proxyItself: `return await tcp({ host: '127.0.0.1', port: ${lab.gateway.proxy.port} })`,
      ipv6: "return await tcp({ host: '2001:db8::1', port: 443 })",
      datagram: `return await udp('192.0.2.1', 53)`,
      datagram6: `return await udp('2001:db8::1', 53, 'udp6')`,
      // Takes it, as any loopback does; it is not that of the machine.
      neighbour: `return await udp('${address}', ${port})`,
      system: `return await lookup('${HERE}')`,
      query: `const resolver = new Resolver({ timeout: 500, tries: 1 }); resolver.setServers(['${lab.dns.address}']); return await resolver.resolve4('${HERE}')`,
      socket: `return await tcp({ path: ${JSON.stringify(socketPath)} })`,
    });
    expect(told).toMatchObject({
      interfaces: ['lo'],
      routes: 0,
      origin: 'ECONNREFUSED',
      metadata: 'ENETUNREACH',
      admin: 'ECONNREFUSED',
      proxyItself: 'ECONNREFUSED',
      ipv6: 'ENETUNREACH',
      datagram: 'ENETUNREACH',
      datagram6: 'ENETUNREACH',
      system: expect.stringMatching(/EAI_AGAIN|ENOTFOUND/),
      query: expect.stringMatching(/ECONNREFUSED|ETIMEOUT/),
      socket: 'ECONNREFUSED',
    });
    expect(heard).toEqual([]);
    expect(lab.dns.queries).toHaveLength(queries);
  });

  it(`ESC-02: no raw socket, no packet socket, and no way to get one${missing('python3')}`, async (context) => {
    if (missing('python3') !== '') context.skip();
    const script = `
import socket as s, subprocess, json
def tried(*kind):
    try: s.socket(*kind); return 'open'
    except OSError as error: return error.strerror
def ran(*words):
    try: return subprocess.run(words, capture_output=True).returncode
    except OSError as error: return error.strerror
print(json.dumps({
  'raw': tried(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP),
  'raw6': tried(s.AF_INET6, s.SOCK_RAW, s.IPPROTO_ICMPV6),
  'packet': tried(s.AF_PACKET, s.SOCK_RAW, 0x0300),
  'capabilities': [line.split()[1] for line in open('/proc/self/status') if line.startswith('Cap')],
  'unmounted': ran('umount', '-l', '/run'),
  'machine': ran('nsenter', '--target', '1', '--net', 'true'),
  'below': subprocess.run(['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'unchanged', 'sh', '-c',
    'mount -t tmpfs tmpfs /tmp && mkdir /tmp/x && echo root; umount data; ls -A data; mount --bind . /tmp/x && ls -A /tmp/x/data'],
    capture_output=True, text=True).stdout,
}))`;
    const { out, err } = await runInside(lab, ['python3', '-c', script]);
    expect(JSON.parse(out || err)).toEqual({
      raw: 'Operation not permitted',
      raw6: 'Operation not permitted',
      packet: 'Operation not permitted',
      capabilities: Array.from({ length: 5 }, () => '0000000000000000'),
      unmounted: 32,
      machine: 1,
      // Where it can be root of a namespace below, what is hidden stays so.
      below: expect.stringMatching(/^(?:root\n)?$/),
    });
  });

  it('ESC-05: keys, rules, settings and tokens of the gateway are empty for the agent, and it can change none of them', async () => {
    const { directory } = lab.gateway;
    await mkdir(join(directory, 'mounted'));
    await writeFile(join(directory, 'mounted/openai-key'), 'the key of a destination', { mode: 0o600 });
    const told = await probe({
      data: "return readdirSync('data')",
      absolute: `return readdirSync(${JSON.stringify(join(directory, 'data/ca'))})`,
      secrets: "return readdirSync('mounted')",
      rules: "return readdirSync('rules')",
      settings: "return readFileSync('cordon.yaml', 'utf8')",
      write: "writeFileSync('rules/mine.yaml', 'cordon: 1'); return 'written'",
      overwrite: "writeFileSync('cordon.yaml', 'rules: elsewhere'); return 'written'",
      code: `writeFileSync(${JSON.stringify(join(import.meta.dirname, '../../../src/escaped.ts'))}, ''); return 'written'`,
      packages: `writeFileSync(${JSON.stringify(join(import.meta.dirname, '../../../node_modules/escaped'))}, ''); return 'written'`,
      // Where `cordon run` asks for tokens, and every descriptor that it could have left open.
      runs: "return await tcp({ path: 'data/runs/run.sock' })",
      sockets: `return readdirSync('/proc/self/fd').filter((descriptor) => {
        try { return Number(descriptor) > 2 && readlinkSync('/proc/1/fd/' + descriptor).startsWith('socket:') } catch { return false }
      })`,
      environment: 'return Object.keys(process.env).filter((name) => /^cordon_/i.test(name))',
      processes: "return readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length",
    });
    expect(told).toMatchObject({
      secrets: [],
      data: [],
      absolute: 'ENOENT',
      rules: [],
      settings: '',
      write: 'EROFS',
      runs: 'ENOENT',
      sockets: [],
      environment: [],
    });
    expect([told['code'], told['packages']]).toEqual(['EROFS', 'EROFS']);
    // The shell that collects orphans, and the probe.
    expect(told['processes']).toBe(2);
    expect(await readFile(join(directory, 'cordon.yaml'), 'utf8')).toContain('rules: rules');
  });

  it('ESC-05: where one thing cannot be hidden nothing starts', async () => {
    const bin = join(lab.gateway.directory, 'bin');
    await mkdir(bin);
    // As the kernel would refuse it: everything is mounted but what hides the data directory.
    const mount = '#!/bin/sh\nfor last; do :; done\ncase $last in */data) exit 32;; esac\nexec /usr/bin/mount "$@"\n';
    await writeFile(join(bin, 'mount'), mount, { mode: 0o755 });
    const { code, out } = await runInside(lab, ['echo', 'started'], { env: { PATH: `${bin}:${process.env['PATH']}` } });
    expect([code, out]).toEqual([32, '']);
  });

  it('ESC-05: a working directory that is hidden is hidden there too', async () => {
    const config = join(lab.gateway.directory, 'cordon.yaml');
    const argv = ['run', '--agent', 'lab', '--config', config, '--', 'sh', '-c', 'ls -A; ls -A ca'];
    const { out } = await cordonProcess(argv, join(lab.gateway.directory, 'data'));
    expect(out).toBe('');
  });

  it('ESC-06: the gateway is no way to itself, and not to the machine it runs on', async () => {
    const { proxy, admin } = lab.gateway;
    const told = await probe(
      Object.fromEntries(
        [
          ['proxy', `${proxy.address}:${proxy.port}`],
          ['admin', `${admin.address}:${admin.port}`],
          ['name', `localhost:${admin.port}`],
          ['metadata', '169.254.169.254'],
          ['neighbour', `127.0.0.1:${neighbour.port}`],
        ].map(([name, authority]) => [name, `return (await asked('http://${authority}/')).code`]),
      ),
    );
    expect(told).toEqual({
      proxy: 'self_address',
      admin: 'self_address',
      name: 'no_rule',
      metadata: 'metadata_address',
      neighbour: 'private_address',
    });
    expect(neighbour.connections).toEqual([]);
  });

  it('ESC-06: what came through the gateway already is answered 508', async () => {
    const url = `http://${lab.authority(HERE)}/`;
    const told = await probe({
      loop: `const { text: via } = await asked('${url}'); return (await asked('${url}', { via })).code`,
    });
    expect(told).toEqual({ loop: 'loop' });
  });

  // The last one: it takes the gateway away.
  it('ESC-04: when the gateway is gone the agent reaches nothing', async () => {
    const requests = lab.origin(HERE).requests.length;
    const running = runInside(lab, [
      process.execPath,
      '--input-type=module',
      '-e',
      probing({
        before: `return (await asked('http://${lab.authority(HERE)}/')).status`,
        after: `const until = Date.now() + 8000; let told = 200;
          while (told === 200 && Date.now() < until) {
            told = await asked('http://${lab.authority(HERE)}/').then(({ status }) => status, () => 'nothing');
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          return told`,
        direct: `return await tcp({ host: '${lab.origin(HERE).address}', port: ${lab.origin(HERE).port} })`,
      }),
    ]);
    await expect.poll(() => lab.origin(HERE).requests.length, { timeout: 10_000 }).toBeGreaterThan(requests);
    await lab.gateway.stop();
    expect(JSON.parse((await running).out)).toEqual({ before: 200, after: 'nothing', direct: 'ECONNREFUSED' });
  });
});
