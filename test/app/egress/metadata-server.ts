import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetadataEndpoint } from '../../../src/app/egress/metadata-service.ts';

export interface MetadataServer extends AsyncDisposable {
  readonly endpoint: MetadataEndpoint;
  /** `METHOD path` of each request. */
  readonly asked: readonly string[];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on loopback that stands in for a cloud's metadata service. */
export async function startMetadataServer(answer: Answer): Promise<MetadataServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: { address: '127.0.0.1', port: (server.address() as AddressInfo).port },
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const TOKEN = 'AQAEAtoken==';

/** IMDSv2 as AWS documents it: without a token of it, 401. */
export function aws(values: Readonly<Record<string, string>>): Answer {
  return (request, response) => {
    const { method, url = '', headers } = request;
    if (url === '/latest/api/token') {
      const isAsked = method === 'PUT' && /^\d+$/.test(String(headers['x-aws-ec2-metadata-token-ttl-seconds']));
      response.writeHead(isAsked ? 200 : 405).end(isAsked ? TOKEN : '');
    } else if (headers['x-aws-ec2-metadata-token'] !== TOKEN) response.writeHead(401).end();
    else if (values[url] === undefined) response.writeHead(404).end();
    else response.end(values[url]);
  };
}

export const ZONE = '/latest/meta-data/placement/availability-zone';

/** Google's: a field is asked for, and given back. */
export function gcp(zone: string, flavor = 'Google'): Answer {
  return ({ headers, url }, response) => {
    const isAsked = headers['metadata-flavor'] === 'Google' && headers.host?.startsWith('metadata.google.internal') === true;
    if (!isAsked || url !== '/computeMetadata/v1/instance/zone') response.writeHead(403).end();
    else response.writeHead(200, { 'metadata-flavor': flavor }).end(zone);
  };
}

/** Azure's: a field and a version are asked for. */
export function azure(location: string): Answer {
  return ({ headers, url }, response) => {
    const { pathname, searchParams } = new URL(url ?? '', 'http://metadata');
    const isAsked = headers['metadata'] === 'true' && searchParams.has('api-version') && searchParams.get('format') === 'text';
    if (isAsked && pathname === '/metadata/instance/compute/location') response.end(location);
    else response.writeHead(400).end();
  };
}
