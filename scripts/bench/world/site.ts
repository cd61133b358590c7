/** What is fetched: an origin with four doors on loopback, the names it answers to, and the certificate that proves them. */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestCa } from '../../../test/support/certificates.ts';
import { freePort } from '../../../test/support/free-port.ts';
import { findProgram } from '../machine.ts';
import { startPinned, untilListening, type PinnedProcess } from '../pinned-process.ts';

/** Names of the origin; each is a destination of its own in the policy, treated in its own way. */
export const NAMES = {
  plain: 'plain.bench.example',
  inspected: 'inspected.bench.example',
  opaque: 'opaque.bench.example',
  masked: 'masked.bench.example',
} as const;

/** Bytes of `/small` and of `/bulk`. */
const SMALL = 1024;
const BULK = 64 * 1024 * 1024;

export interface Site extends AsyncDisposable {
  /** What serves all of it. */
  readonly origin: PinnedProcess;
  /** Cleartext. */
  readonly http: number;
  /** TLS, connections kept. */
  readonly https: number;
  /** The same, and it speaks HTTP/2. */
  readonly https2: number;
  /** TLS, every connection closed after one response. */
  readonly closing: number;
  /** Where the load generator listens as the origin of idle tunnels. */
  readonly idle: number;
  /** PEM of the anchor behind the origin's certificate. */
  readonly caFile: string;
  /** Certificate and key of a throw-away CA that peers may issue from. */
  readonly interception: { readonly certificateFile: string; readonly keyFile: string };
}

export async function startSite(directory: string): Promise<Site> {
  await mkdir(directory, { recursive: true });
  const [http, https, https2, closing, idle] = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
  const ca = await createTestCa('Bench root');
  const leaf = await ca.good(...Object.values(NAMES), '127.0.0.1');
  const below = await ca.subordinate();
  const files = {
    'ca.pem': ca.pem,
    'leaf.pem': leaf.cert,
    'leaf.key': leaf.key,
    'interception.pem': `${below.cert}\n${ca.pem}`,
    'interception.key': below.key,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const bulk = await open(join(directory, 'bulk'), 'w');
  await bulk.truncate(BULK);
  await bulk.close();
  const origin = await startOrigin(directory, { http, https, https2, closing });
  for (const port of [http, https, https2, closing]) await untilListening(origin, port);
  return {
    origin,
    http,
    https,
    https2,
    closing,
    idle,
    caFile: join(directory, 'ca.pem'),
    interception: { certificateFile: join(directory, 'interception.pem'), keyFile: join(directory, 'interception.key') },
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
}

type Ports = Readonly<Record<'http' | 'https' | 'https2' | 'closing', number>>;

async function startOrigin(directory: string, ports: Ports): Promise<PinnedProcess> {
  const nginx = findProgram('nginx');
  if (nginx === undefined) {
    const program = join(import.meta.dirname, 'serve-origin.ts');
    const job = JSON.stringify({ directory, ...ports });
    return startPinned({ role: 'beside', command: process.execPath, args: [program, job], directory });
  }
  await writeFile(join(directory, 'nginx.conf'), nginxConfiguration(directory, ports));
  const args = ['-p', directory, '-e', 'stderr', '-c', join(directory, 'nginx.conf')];
  return startPinned({ role: 'beside', command: nginx, args, directory });
}

function nginxConfiguration(directory: string, { http, https, https2, closing }: Ports): string {
  const tls = `ssl_certificate ${directory}/leaf.pem; ssl_certificate_key ${directory}/leaf.key;`;
  const locations = `
    location = /small { default_type text/plain; return 200 "${'x'.repeat(SMALL)}"; }
    # Passed on, so that the content is read before it is answered.
    location = /v1/messages { client_body_buffer_size 1m; proxy_pass http://127.0.0.1:${http}/small; }
    location = /bulk { default_type application/octet-stream; root ${directory}; }`;
  return `
daemon off; master_process off; worker_processes 1; pid ${directory}/nginx.pid; error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off; client_max_body_size 0; keepalive_requests 1000000000; sendfile on; tcp_nodelay on; output_buffers 2 128k;
  client_body_temp_path ${directory}/temp; proxy_temp_path ${directory}/temp; fastcgi_temp_path ${directory}/temp;
  uwsgi_temp_path ${directory}/temp; scgi_temp_path ${directory}/temp;
  server { listen 127.0.0.1:${http} backlog=1024; ${locations} }
  server { listen 127.0.0.1:${https} ssl backlog=1024; ${tls} ${locations} }
  server { listen 127.0.0.1:${https2} ssl http2 backlog=1024; ${tls} ${locations} }
  server { listen 127.0.0.1:${closing} ssl backlog=1024; keepalive_timeout 0; ${tls} ${locations} }
}
`;
}
