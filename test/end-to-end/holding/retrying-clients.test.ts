import Anthropic from '@anthropic-ai/sdk';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { fetch as undiciFetch, ProxyAgent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest, Script } from '../../support/origin.ts';
import { People } from './people.ts';

// Clients as they come, which take 503 with Retry-After for a server that is busy and ask again by themselves (issue 4).

const MODELS = 'models.de.lab.example';
const HELLO = [{ role: 'user' as const, content: 'hello' }];
const CHAT = { id: 'c', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'hi' } }] };
const MESSAGE = { id: 'm', type: 'message', role: 'assistant', content: [{ type: 'text', text: 'hi' }] };

const answer: Script = ({ target, connection }) => {
  const content = JSON.stringify(target === '/v1/messages' ? MESSAGE : CHAT);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${content.length}`;
  connection.socket.write(`${head}\r\n\r\n${content}`);
};

const hasUrllib3 = spawnSync('python3', ['-c', 'import urllib3']).status === 0;
/** `urllib3.util.Retry`, told that a POST may be repeated: its documentation asks for that to be said. */
const URLLIB3 = `
import sys, urllib3
proxy, ca, url = sys.argv[1:]
retries = urllib3.Retry(total=3, status_forcelist=[503], allowed_methods=None)
with urllib3.ProxyManager(proxy, ca_certs=ca, retries=retries) as http:
    answer = http.request('POST', url, body=b'{"from":"urllib3"}', headers={'content-type': 'application/json'})
    print(answer.status, len(answer.retries.history))
`;

let lab: Lab;
let dispatcher: ProxyAgent;

beforeAll(async () => {
  lab = await startLab({
    origins: { [MODELS]: { country: 'DE', tls: 'good', handler: answer } },
    rules: ['{ id: held, to: [models-de-lab-example], then: hold, approval: { by: [privacy], wait: 200ms } }'],
  });
  const { address, port } = lab.gateway.proxy;
  dispatcher = new ProxyAgent({ uri: `http://${address}:${port}`, requestTls: { ca: await lab.gateway.caPem() } });
});
afterAll(async () => {
  await (dispatcher as ProxyAgent | undefined)?.close();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** What both libraries take; undici's own fetch, since the dispatcher is of the same undici. */
function through(path: string) {
  return {
    apiKey: 'key',
    baseURL: `https://${lab.authority(MODELS)}${path}`,
    fetch: undiciFetch as unknown as typeof fetch,
    fetchOptions: { dispatcher: dispatcher as never },
  };
}

async function askWithOpenAi(): Promise<unknown> {
  const { choices } = await new OpenAI(through('/v1')).chat.completions.create({ model: 'm', messages: HELLO });
  return choices[0]?.message.content;
}

async function askWithAnthropic(): Promise<unknown> {
  const { content } = await new Anthropic(through('')).messages.create({ model: 'm', max_tokens: 9, messages: HELLO });
  return content;
}

async function askWithUrllib3(): Promise<unknown> {
  const { address, port } = lab.gateway.proxy;
  const ca = join(lab.gateway.directory, 'data/ca/ca.pem');
  const args = ['-c', URLLIB3, `http://${address}:${port}`, ca, `https://${lab.authority(MODELS)}/v1/urllib3`];
  return (await promisify(execFile)('python3', args, { timeout: 18_000 })).stdout.trim();
}

/** The clients that there are; the same wait serves all of them. */
const CLIENTS = [
  { name: 'the OpenAI SDK', path: '/v1/chat/completions', run: askWithOpenAi, expected: 'hi' },
  { name: 'the Anthropic SDK', path: '/v1/messages', run: askWithAnthropic, expected: [{ type: 'text', text: 'hi' }] },
  ...(hasUrllib3 ? [{ name: 'urllib3', path: '/v1/urllib3', run: askWithUrllib3, expected: '200 1' }] : []),
];

const missing = hasUrllib3 ? '' : ' (urllib3 cannot run here)';

describe(`clients that ask again by themselves${missing}`, () => {
  it(`${CLIENTS.map(({ name }) => name).join(', ')} end with the answer of what was approved meanwhile, which was sent once`, async () => {
    const people = await People.of(lab);
    const answers = CLIENTS.map(({ run }) => run());
    await expect.poll(async () => (await people.all()).length, { timeout: 8_000 }).toBe(CLIENTS.length);
    // All of them have been told to come back.
    await expect.poll(async () => (await lab.gateway.records()).filter(isHeld).length, { timeout: 5_000 }).toBe(CLIENTS.length);
    for (const asked of await people.all()) await people.decide(asked, 'approve');
    expect(await Promise.all(answers)).toEqual(CLIENTS.map(({ expected }) => expected));
    const sent = lab.origin(MODELS).requests.map(({ target }: OriginRequest) => target);
    expect(sent.sort()).toEqual(CLIENTS.map(({ path }) => path).sort());
    expect((await people.all()).map(({ state }) => state)).toEqual(CLIENTS.map(() => 'passed'));
  });
});

function isHeld(record: Awaited<ReturnType<Lab['gateway']['records']>>[number]): boolean {
  return record.kind === 'outcome' && record.code === 'held' && record.status === 503;
}
