import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestCa } from './certificates.ts';
import { Http1Reader, type Framing } from './http1-reader.ts';
import { startHttp2Origin } from './http2-origin.ts';
import { BYTE_ECHO, chunked, greeting, interim, large, raw, resetAfter, response, serverSentEvents } from './origin-scripts.ts';
import { startOrigin, type Echo, type OriginOptions } from './origin.ts';
import { exchangeRaw, RawConnection } from './raw-client.ts';
import { http2Over, tlsOver } from './tunnel-client.ts';
import { startWebSocketOrigin } from './websocket-origin.ts';

// The laboratory accuses the gateway, so it has to be above suspicion itself: every part is tried without a gateway first.

const GET = 'GET /a HTTP/1.1\r\nHost: lab.example\r\n\r\n';

async function ask(handler: OriginOptions['handler'], request = GET) {
  await using origin = await startOrigin(handler === undefined ? {} : { handler });
  await using client = await RawConnection.open(origin);
  client.send(request);
  return await client.response(request.split(' ')[0]);
}

function readAll(bytes: string, framing: Framing = 'by-fields', step = bytes.length) {
  const messages: string[] = [];
  const reader = new Http1Reader({
    framing: () => framing,
    onMessage: ({ startLine, content, trailers }) =>
      messages.push(`${startLine}|${content.toString('latin1')}|${trailers.join()}`),
  });
  for (let i = 0; i < bytes.length; i += step) reader.push(Buffer.from(bytes.slice(i, i + step), 'latin1'));
  reader.end();
  return { messages, rest: reader.rest.toString('latin1') };
}

describe('Http1Reader', () => {
  const stream =
    'POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc' +
    'GET /2 HTTP/1.1\r\n\r\n' +
    'PUT /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\nTail: v\r\n\r\n' +
    'DELETE /4 HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 7\r\n\r\n0\r\n\r\n';
  const expected = ['POST /1 HTTP/1.1|abc|', 'GET /2 HTTP/1.1||', 'PUT /3 HTTP/1.1|def|Tail,v', 'DELETE /4 HTTP/1.1||'];

  it.each([1, 2, 3, 7, 64, 10_000])('cuts a stream into the same messages in pieces of %i bytes', (step) => {
    expect(readAll(`${stream}rest`, 'by-fields', step)).toEqual({ messages: expected, rest: 'rest' });
  });

  it('ends a message that runs until the connection closes', () => {
    expect(readAll('HTTP/1.1 200 OK\r\n\r\nall of it', 'close').messages).toEqual(['HTTP/1.1 200 OK|all of it|']);
  });
});

describe('startOrigin()', () => {
  it('echoes what it received and keeps every byte', async () => {
    await using origin = await startOrigin({ address: '127.0.10.1' });
    await using client = await RawConnection.open(origin);
    client.send(`POST /x?y HTTP/1.1\r\nhOsT: lab.example\r\nContent-Length: 2\r\n\r\nhi`);
    const { status, content } = await client.response('POST');
    const echo = JSON.parse(content.toString()) as Echo;
    expect([status, echo.method, echo.target, echo.content, echo.fields[0]]).toEqual([
      200,
      'POST',
      '/x?y',
      'hi',
      ['hOsT', 'lab.example'],
    ]);
    expect(origin.received).toMatch(/^POST \/x\?y HTTP\/1\.1\r\nhOsT: lab\.example\r\n[\s\S]*hi$/);
    expect(origin.bytesReceived).toBe(origin.received.length);
  });

  it('shows a request that was smuggled into the content of another', async () => {
    await using origin = await startOrigin();
    await exchangeRaw(origin, `GET /ok HTTP/1.1\r\nContent-Length: 0\r\n\r\n${GET.replace('/a', '/smuggled')}`, 100).catch(
      () => {},
    );
    expect(origin.requests.map(({ target }) => target)).toEqual(['/ok', '/smuggled']);
  });

  it('counts nothing where nothing was sent', async () => {
    await using origin = await startOrigin();
    expect([origin.connections.length, origin.bytesReceived, origin.received]).toEqual([0, 0, '']);
    await expect(origin.waitForRequests(1, 10)).rejects.toThrow('within 10 ms');
  });

  it('counts the bytes of a handshake, but keeps only decrypted ones', async () => {
    const ca = await createTestCa();
    await using origin = await startOrigin({ tls: await ca.good('lab.example') });
    const connection = await RawConnection.open(origin);
    const client = new RawConnection(await tlsOver(connection.release(), 'lab.example', { ca: ca.pem }));
    client.send(GET);
    expect((await client.response()).status).toBe(200);
    expect(origin.received).toBe(GET);
    expect(origin.bytesReceived).toBeGreaterThan(GET.length);
    expect(origin.connections[0]?.serverName).toBe('lab.example');
  });

  it.each([
    ['response', response('203 Fine', 'abc', ['X-A: b']), { status: 203, content: 'abc' }],
    ['chunked', chunked(['ab', 'c'], { trailers: ['T: v'] }), { status: 200, content: 'abc' }],
    ['interim', interim(['103 Early Hints'], response('200 OK', 'x')), { status: 200, content: 'x' }],
    ['server-sent events', serverSentEvents(['1', '2'], 5), { status: 200, content: 'data: 1\n\ndata: 2\n\n' }],
    ['large', large(200_000), { status: 200, content: 'x'.repeat(200_000) }],
  ])('answers by the script %s', async (_name, script, { status, content }) => {
    const answer = await ask(script);
    expect([answer.status, answer.content.toString()]).toEqual([status, content]);
  });

  it('answers at the head, before content that never comes', async () => {
    const answer = await ask({ onHead: response('417 No', '') }, 'POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n');
    expect(answer.status).toBe(417);
  });

  it('sends raw bytes, speaks first, echoes bytes and resets', async () => {
    await using nonsense = await startOrigin({ handler: raw('HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n\r\n') });
    await using client = await RawConnection.open(nonsense);
    client.send(GET);
    expect(await client.until('\r\n\r\n')).toContain('OK\r\nHTTP/1.1');
    await using smtp = await startOrigin({ handler: greeting('220 hello\r\n') });
    await using mail = await RawConnection.open(smtp);
    expect(await mail.until('\r\n')).toBe('220 hello\r\n');
    await using mirror = await startOrigin({ handler: BYTE_ECHO });
    await using bytes = await RawConnection.open(mirror);
    bytes.send('\0\xff');
    expect([...(await bytes.bytes(2))]).toEqual([0, 255]);
    await using cutting = await startOrigin({ handler: resetAfter('HTTP/1.1 200 OK\r\n') });
    await using victim = await RawConnection.open(cutting);
    victim.send(GET);
    await expect(victim.response()).rejects.toThrow('before the end');
    expect(victim.error).toBe('ECONNRESET');
  });
});

describe('RawConnection', () => {
  it('gives up in time and says what there was', async () => {
    await using origin = await startOrigin({ handler: raw('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab') });
    await using client = await RawConnection.open(origin);
    client.send(GET);
    await expect(client.response('GET', 50)).rejects.toThrow(/ab" , expected a response within 50 ms/);
  });

  it('reads one response after the other, and none after HEAD, 204 or 304', async () => {
    const replies =
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz';
    await using origin = await startOrigin({ handler: raw(replies) });
    await using client = await RawConnection.open(origin);
    client.send(GET);
    expect((await client.response('HEAD')).content).toHaveLength(0);
    expect((await client.response()).status).toBe(204);
    expect((await client.response()).content.toString()).toBe('z');
    expect(client.unread).toBe('');
  });
});

describe('further origins', () => {
  it('startWebSocketOrigin() sends messages back and keeps them', async () => {
    await using origin = await startWebSocketOrigin();
    const client = new WebSocket(`ws://${origin.authority}/chat`);
    const echoed = await new Promise((resolve) => {
      client.on('open', () => client.send('hello'));
      client.on('message', (data: Buffer) => resolve(data.toString()));
    });
    expect([echoed, origin.messages, origin.handshakes[0]?.target]).toEqual(['hello', ['hello'], '/chat']);
    client.terminate();
  });

  it('startHttp2Origin() answers over h2', async () => {
    const ca = await createTestCa();
    await using origin = await startHttp2Origin({ tls: await ca.good('lab.example') });
    const connection = await RawConnection.open(origin);
    const secure = await tlsOver(connection.release(), 'lab.example', { ca: ca.pem, ALPNProtocols: ['h2'] });
    await using client = http2Over(secure, 'lab.example');
    expect(await client.request({ ':method': 'POST', ':path': '/x' }, 'body')).toMatchObject({ status: 200 });
    expect(origin.requests[0]).toMatchObject({ content: 'body', fields: { ':path': '/x', ':authority': 'lab.example' } });
  });
});
