import { once } from 'node:events';
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  type ServiceError,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutcomeEvent } from '../../../src/core/exchange/record.ts';
import { createTestCa } from '../../support/certificates.ts';
import { startLab, type Lab, type LabOriginOptions } from '../../support/lab.ts';
import { expectRefused } from '../attacks/refused.ts';
import { People } from '../holding/people.ts';

const API = 'api.de.lab.example';
const MASKED = 'masked.de.lab.example';
const LOOKED = 'looked.de.lab.example';
const OLD = 'old.de.lab.example';
const HELD = 'held.de.lab.example';

const asIs = (value: Buffer): Buffer => value;
const method = (name: string, requestStream = false, responseStream = false): object => ({
  path: `/lab.Echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});

let lab: Lab;
let server: Server;
/** What the server saw of each call, by its name. */
const seen: { name: string; metadata: Metadata; deadline: number }[] = [];
const cancelled: string[] = [];
let proxyBefore: string | undefined;

/** A server of gRPC whose connections the laboratory brings along. */
function echoServer(): Server {
  const opened = new Server();
  const keep = (name: string, call: Pick<ServerUnaryCall<Buffer, Buffer>, 'metadata' | 'getDeadline' | 'on'>): void => {
    seen.push({ name, metadata: call.metadata, deadline: Number(call.getDeadline()) });
    call.on('cancelled', () => cancelled.push(name));
  };
  opened.addService(
    {
      Unary: method('Unary'),
      Fails: method('Fails'),
      Never: method('Never'),
      Down: method('Down', false, true),
      Up: method('Up', true),
      Both: method('Both', true, true),
    } as never,
    {
      Unary: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        keep('Unary', call);
        const trailers = new Metadata();
        trailers.set('x-trailer', 'behind');
        trailers.set('x-data-bin', Buffer.of(0, 255));
        callback(null, Buffer.concat([Buffer.from('echo '), call.request]), trailers);
      },
      Fails: (_call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        const metadata = new Metadata();
        metadata.set('x-why', 'gone');
        callback({ code: status.NOT_FOUND, details: 'no such thing: ü', metadata });
      },
      Never: (call: ServerUnaryCall<Buffer, Buffer>) => keep('Never', call),
      Down: (call: ServerDuplexStream<Buffer, Buffer>) => {
        for (let i = 0; i < 5; i += 1) call.write(Buffer.from(`event ${i}`));
        call.end();
      },
      Up: (call: ServerDuplexStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        let sum = 0;
        call.on('data', (message: Buffer) => (sum += message.length));
        call.on('end', () => callback(null, Buffer.from(String(sum))));
      },
      Both: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (message: Buffer) => call.write(Buffer.from(message.toString().toUpperCase())));
        call.on('end', () => call.end());
      },
    } as never,
  );
  return opened;
}

beforeAll(async () => {
  server = echoServer();
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  const ca = await createTestCa('Trusted root');
  const origin = async (name: string, alpn = ['h2']): Promise<LabOriginOptions> => ({
    country: 'DE',
    tls: { ...(await ca.good(name)), alpn },
    ...(name !== OLD && { handler: { onConnection: ({ socket }) => connections.injectConnection(socket) } }),
  });
  lab = await startLab({
    origins: {
      [API]: await origin(API),
      [MASKED]: await origin(MASKED),
      [LOOKED]: await origin(LOOKED),
      [HELD]: await origin(HELD),
      [OLD]: await origin(OLD, ['http/1.1']),
    },
    rules: [
      '{ id: calls, to: [api-de-lab-example, old-de-lab-example], methods: [POST], paths: ["/lab.Echo/**"], then: permit, headers: { set: { X-Set: by-rule } } }',
      '{ id: masked, to: [masked-de-lab-example], paths: ["/lab.Echo/Unary"], then: permit, mask: { request: { entities: [pii], as: redact } } }',
      '{ id: passed, to: [masked-de-lab-example], paths: ["/lab.Echo/Both"], then: permit, opaque: pass, mask: { request: { entities: [pii], as: redact }, response: { entities: [pii], as: redact } } }',
      '{ id: looked, to: [looked-de-lab-example], then: permit }',
      '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s } }',
      '{ id: cards, to: [looked-de-lab-example], content: { entities: [payment-card] }, then: deny }',
    ],
    gateway: { trust: [ca.pem] },
  });
  proxyBefore = process.env['grpc_proxy'];
  process.env['grpc_proxy'] = `http://${lab.gateway.proxy.address}:${lab.gateway.proxy.port}`;
});
afterAll(async () => {
  if (proxyBefore === undefined) delete process.env['grpc_proxy'];
  else process.env['grpc_proxy'] = proxyBefore;
  server.forceShutdown();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function clientOf(name: string): Promise<Client & Disposable> {
  const trusted = credentials.createSsl(Buffer.from(await lab.gateway.caPem()));
  const client = new Client(lab.authority(name), trusted);
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

interface Called {
  readonly error: ServiceError | null;
  readonly answer: string | undefined;
  readonly trailers: Metadata;
}

function unary(client: Client, name: string, text: string, deadline?: number): Promise<Called> {
  return new Promise((resolve) => {
    let trailers = new Metadata();
    const metadata = new Metadata();
    metadata.set('x-sent', 'with it');
    const call = client.makeUnaryRequest(
      `/lab.Echo/${name}`,
      asIs,
      asIs,
      Buffer.from(text),
      metadata,
      deadline === undefined ? {} : { deadline },
      (error, answer) => setImmediate(() => resolve({ error, answer: answer?.toString(), trailers })),
    );
    call.on('status', (ended) => {
      trailers = ended.metadata;
    });
  });
}

/** The outcome of the last call of this method. */
async function outcomeOf(name: string, path: string): Promise<OutcomeEvent> {
  const target = `https://${lab.authority(name)}/lab.Echo/${path}`;
  const decision = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.target === target);
  const { exchange } = decision as { exchange: string };
  return (await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.exchange === exchange)) as OutcomeEvent;
}

describe('gRPC that a rule permits', () => {
  it('unary calls pass with metadata and trailers, and the record has their status', async () => {
    using client = await clientOf(API);
    const { error, answer, trailers } = await unary(client, 'Unary', 'hello');
    expect([error, answer]).toEqual([null, 'echo hello']);
    expect([trailers.get('x-trailer'), trailers.get('x-data-bin')]).toEqual([['behind'], [Buffer.of(0, 255)]]);
    const { metadata } = seen.find(({ name }) => name === 'Unary')!;
    expect([metadata.get('x-sent'), metadata.get('x-set')]).toEqual([['with it'], ['by-rule']]);
    expect(await outcomeOf(API, 'Unary')).toMatchObject({ status: 200, grpcStatus: 0, bytes: { sent: 10, received: 15 } });
  });

  it('an error of the server arrives as it is ("Trailers-Only")', async () => {
    using client = await clientOf(API);
    const { error } = await unary(client, 'Fails', 'hello');
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing: ü' });
    expect(error?.metadata.get('x-why')).toEqual(['gone']);
    expect(await outcomeOf(API, 'Fails')).toMatchObject({ status: 200, grpcStatus: status.NOT_FOUND });
  });

  it('messages of streams pass one by one, both ways', async () => {
    using client = await clientOf(API);
    const down: string[] = [];
    const events = client.makeServerStreamRequest('/lab.Echo/Down', asIs, asIs, Buffer.from('x'));
    events.on('data', (message: Buffer) => down.push(message.toString()));
    expect((await once(events, 'status'))[0]).toMatchObject({ code: status.OK });
    expect(down).toEqual(['event 0', 'event 1', 'event 2', 'event 3', 'event 4']);
    const sum = await new Promise<string | undefined>((resolve) => {
      const call = client.makeClientStreamRequest<Buffer, Buffer>('/lab.Echo/Up', asIs, asIs, (_error, answer) =>
        resolve(answer?.toString()),
      );
      for (let i = 0; i < 20; i += 1) call.write(Buffer.alloc(10_000));
      call.end();
    });
    expect(sum).toBe('200000');
    const both = client.makeBidiStreamRequest<Buffer, Buffer>('/lab.Echo/Both', asIs, asIs);
    for (const word of ['one', 'two', 'three']) {
      both.write(Buffer.from(word));
      expect(String((await once(both, 'data'))[0])).toBe(word.toUpperCase());
    }
    both.end();
    expect((await once(both.resume(), 'status'))[0]).toMatchObject({ code: status.OK });
    expect(await outcomeOf(API, 'Both')).toMatchObject({ status: 200, grpcStatus: 0 });
  });

  it('deadlines arrive, and what ends by one or is cancelled ends at the server', async () => {
    using client = await clientOf(API);
    const deadline = Date.now() + 1_500;
    const { error } = await unary(client, 'Never', 'hello', deadline);
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    await expect.poll(() => cancelled).toContain('Never');
    const told = seen.find(({ name }) => name === 'Never')!.deadline;
    expect(Math.abs(told - deadline)).toBeLessThan(1_500);
    expect(await outcomeOf(API, 'Never')).toMatchObject({ detail: 'The client left before the end' });
  });
});

describe('gRPC that no rule permits', () => {
  it.each([
    [API, 'lab.Other', 'no_rule'],
    [MASKED, 'lab.Echo', 'unreadable_content'],
    [LOOKED, 'lab.Echo', 'unreadable_content'],
  ])('is refused, and its origin is not dialled: %s %s', async (name, service, code) => {
    using client = await clientOf(name);
    const before = lab.origin(name).connections.length;
    const error = await new Promise<ServiceError | null>((resolve) =>
      client.makeUnaryRequest(`/${service}/Unary`, asIs, asIs, Buffer.from('4111 1111 1111 1111'), (failed) => resolve(failed)),
    );
    expect(error?.code).toBe(status.PERMISSION_DENIED);
    const target = `https://${lab.authority(name)}/${service}/Unary`;
    await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.target === target && each.code === code);
    expect(lab.origin(name).connections.length).toBe(before);
  });

  it('passes unread where the rule says so', async () => {
    using client = await clientOf(MASKED);
    const both = client.makeBidiStreamRequest<Buffer, Buffer>('/lab.Echo/Both', asIs, asIs);
    both.write(Buffer.from('anna@example.org'));
    expect(String((await once(both, 'data'))[0])).toBe('ANNA@EXAMPLE.ORG');
    both.end();
    expect((await once(both.resume(), 'status'))[0]).toMatchObject({ code: status.OK });
  });
});

describe('gRPC that is held', () => {
  it('a call waits, and is sent as it was approved; one that is denied is not', async () => {
    const people = await People.of(lab);
    using client = await clientOf(HELD);
    const waiting = unary(client, 'Unary', 'please');
    const asked = await people.next();
    expect(lab.origin(HELD).connections.length).toBe(0);
    await people.decide(asked, 'approve');
    const { error, answer, trailers } = await waiting;
    expect([error, answer, trailers.get('x-trailer')]).toEqual([null, 'echo please', ['behind']]);
    const sent = seen.length;
    const other = unary(client, 'Unary', 'other');
    await people.decide(await people.next(), 'deny');
    expect((await other).error?.code).toBe(status.PERMISSION_DENIED);
    // Nobody decides: the call ends by its deadline.
    expect((await unary(client, 'Never', 'x', Date.now() + 500)).error?.code).toBe(status.DEADLINE_EXCEEDED);
    expect(seen.length).toBe(sent);
  });

  it('a stream whose end has not come cannot be shown, and nothing of it is sent', async () => {
    using client = await clientOf(HELD);
    const before = lab.origin(HELD).bytesReceived;
    const both = client.makeBidiStreamRequest<Buffer, Buffer>('/lab.Echo/Both', asIs, asIs, { deadline: Date.now() + 1_500 });
    both.write(Buffer.from('one'));
    both.resume();
    const [failed] = (await once(both, 'error')) as [ServiceError];
    expect(failed.code).toBe(status.DEADLINE_EXCEEDED);
    expect(lab.origin(HELD).bytesReceived).toBe(before);
  });
});

describe('gRPC where HTTP/2 is missing', () => {
  it('fails before any of it is sent, where the origin does not offer it', async () => {
    using client = await clientOf(OLD);
    const { error } = await unary(client, 'Unary', 'hello');
    expect(error?.code).toBe(status.UNAVAILABLE);
    expect(await outcomeOf(OLD, 'Unary')).toMatchObject({ code: 'origin_protocol', bytes: { sent: 0, received: 0 } });
    expect(lab.origin(OLD).received).toBe('');
  });

  it('is refused where the client does not speak it; gRPC-Web needs nothing', async () => {
    await using client = await lab.https(OLD);
    const ask = (type: string): string =>
      `POST /lab.Echo/Unary HTTP/1.1\r\nHost: ${lab.authority(OLD)}\r\nContent-Type: ${type}\r\nContent-Length: 1\r\n\r\nx`;
    client.send(ask('application/grpc+proto'));
    await expectRefused(lab.gateway, await client.response('POST'), { status: 403, code: 'protocol_not_allowed' });
    await using other = await lab.https(OLD);
    other.send(ask('application/grpc-web+proto'));
    expect((await other.response('POST')).status).toBe(200);
  });
});
