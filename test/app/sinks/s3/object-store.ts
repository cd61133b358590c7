import { spawn, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../../support/free-port.ts';

/** Whether moto, an S3 server with object lock, is installed: `python3-moto` of Debian. */
export const HAS_MOTO = spawnSync('python3', ['-c', 'import moto.server, boto3']).status === 0;

export interface ObjectStore extends AsyncDisposable {
  readonly endpoint: string;
  /** The content of an object; undefined where there is none. */
  read(key: string): Promise<Buffer | undefined>;
  /** Keys of all objects, sorted. */
  keys(): Promise<readonly string[]>;
  write(key: string, content: string): Promise<void>;
  /** Status of deleting the newest version of an object. */
  removeVersion(key: string): Promise<number>;
}

/** Only that it is there: moto lets whoever names an account do everything. */
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=ID/20261122/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0',
};

/** A real object store with the bucket `audit`, as a process of its own. */
export async function startObjectStore(mode: 'COMPLIANCE' | 'GOVERNANCE' | 'none'): Promise<ObjectStore> {
  const port = await freePort();
  const script = join(import.meta.dirname, 'object-store.py');
  const child = spawn('python3', [script, String(port), 'audit', mode], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const endpoint = `http://127.0.0.1:${port}`;
  const asked = (path: string, init: RequestInit = {}, fields = {}): Promise<Response> =>
    fetch(`${endpoint}/audit${path}`, { ...init, headers: { ...SIGNED, ...fields } });
  return {
    endpoint,
    async read(key) {
      const answer = await asked(`/${key}`);
      return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
    },
    async keys() {
      const text = await (await asked('?list-type=2')).text();
      return [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key).sort();
    },
    async write(key, content) {
      // Asked for beside a lock.
      const digest = { 'content-md5': hash('md5', content, 'base64') };
      const { status } = await asked(`/${key}`, { method: 'PUT', body: content }, digest);
      if (status !== 200) throw new Error(`Found status ${status}, expected 200`);
    },
    async removeVersion(key) {
      const version = (await asked(`/${key}`, { method: 'HEAD' })).headers.get('x-amz-version-id');
      return (await asked(`/${key}?versionId=${version}`, { method: 'DELETE' })).status;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
