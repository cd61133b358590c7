import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { parseAbsoluteForm, type AbsoluteForm } from '../../wire/http/request-target.ts';
import { type OwnAnswer, pinnedExchange } from './pinned-exchange.ts';

/** Clouds whose metadata service is known. */
export type Cloud = 'aws' | 'gcp' | 'azure';

/** Where the service of the machine answers. */
export interface MetadataEndpoint {
  /** IP literal. */
  readonly address: string;
  readonly port: number;
}

/** What the metadata service of the machine tells the gateway; it is never asked for anything else. */
export interface MetadataService {
  /**
   * The region or zone that the machine runs in, as the region table names it: `eu-central-1`, `us-east-1-bos-1`, `europe-west3`.
   * @failure a sentence
   */
  region(): Promise<Result<string, string>>;
}

/** Link-local, the same at all three: no setting leads elsewhere, and nothing else in the process may dial it (invariant 5). */
const ENDPOINT: MetadataEndpoint = { address: '169.254.169.254', port: 80 };

const TIMEOUT: Milliseconds = 2000;
/** The services of AWS and Azure answer late, or with 429, while a machine starts. */
const ATTEMPTS = 3;
const MOST: Bytes = 16 * 1024;
const TOKEN_TTL_SECONDS = '60';

/**
 * The one way to a cloud's metadata service (invariant 10). It answers anybody on the machine, over http and with credentials, so
 * that agents never reach it; the gateway asks it for what `node.metadata` permits.
 *
 * @param endpoint replaceable so that tests can stand in for a cloud; no setting reaches it
 */
export function metadataService(cloud: Cloud, endpoint: MetadataEndpoint = ENDPOINT): MetadataService {
  return new Service(cloud, endpoint);
}

interface Asked {
  readonly method?: 'GET' | 'PUT';
  readonly fields: Readonly<Record<string, string>>;
}

class Service implements MetadataService {
  readonly #cloud: Cloud;
  readonly #endpoint: MetadataEndpoint;

  constructor(cloud: Cloud, endpoint: MetadataEndpoint) {
    this.#cloud = cloud;
    this.#endpoint = endpoint;
  }

  async region(): Promise<Result<string, string>> {
    switch (this.#cloud) {
      case 'aws':
        return read(await this.#askAws('/latest/meta-data/placement/availability-zone'), awsZoneGroup);
      case 'gcp':
        return read(await this.#askGcp('/computeMetadata/v1/instance/zone'), gcpRegion);
      case 'azure': {
        const path = '/metadata/instance/compute/location?api-version=2021-02-01&format=text';
        return read(await this.#ask(path, { fields: { metadata: 'true' } }), azureRegion);
      }
    }
  }

  /** IMDSv2: a token first, which nobody gets through a proxy that only forwards GET. */
  async #askAws(path: string): Promise<Result<OwnAnswer, string>> {
    const fields = { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_TTL_SECONDS };
    const token = read(await this.#ask('/latest/api/token', { method: 'PUT', fields }), fieldText);
    return token.ok ? await this.#ask(path, { fields: { 'x-aws-ec2-metadata-token': token.value } }) : token;
  }

  async #askGcp(path: string): Promise<Result<OwnAnswer, string>> {
    const answer = await this.#ask(path, { fields: { 'metadata-flavor': 'Google' } });
    if (!answer.ok || answer.value.fields['metadata-flavor'] === 'Google') return answer;
    // So its documentation asks of clients: whoever answers without it is something else.
    return fail('Found an answer without Metadata-Flavor: Google');
  }

  async #ask(path: string, asked: Asked): Promise<Result<OwnAnswer, string>> {
    const form = this.#formOf(path);
    if (!form.ok) return form;
    let problem = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { answer } = await pinnedExchange(form.value, [this.#endpoint.address], {
        method: asked.method ?? 'GET',
        fields: asked.fields,
        content: '',
        maxBytes: MOST,
        timeout: TIMEOUT,
      });
      if (answer.ok && answer.value.status === 200) return ok(answer.value);
      problem = answer.ok ? `It answers ${path} with status ${answer.value.status}` : answer.failure.detail;
      // What it does not know it will not know in a moment either.
      if (answer.ok && answer.value.status < 500 && answer.value.status !== 429) break;
    }
    return fail(problem);
  }

  #formOf(path: string): Result<AbsoluteForm, string> {
    const { address, port } = this.#endpoint;
    // GCP wants to be asked by its name; the address is that of the endpoint in any case.
    return parseAbsoluteForm(`http://${this.#cloud === 'gcp' ? 'metadata.google.internal' : address}:${port}${path}`);
  }
}

function read<T>(answer: Result<OwnAnswer, string>, parse: (text: string) => T | undefined): Result<T, string> {
  if (!answer.ok) return answer;
  const text = textOf(answer.value).trim();
  const parsed = parse(text);
  return parsed === undefined ? fail('It answers with something else than what it was asked for') : ok(parsed);
}

function textOf({ content }: OwnAnswer): string {
  return Buffer.from(content).toString('latin1');
}

/** `eu-central-1a` lies in the region; local zones (`us-east-1-bos-1a`) in their group, often in another country. Wavelength zones are their own. */
function awsZoneGroup(text: string): string | undefined {
  return /^[a-z]{2}(?:-[a-z0-9]+)+$/.test(text) ? text.replace(/(?<=\d)[a-z]$/, '') : undefined;
}

/** `projects/123/zones/europe-west3-a` */
function gcpRegion(text: string): string | undefined {
  return /^projects\/\d+\/zones\/([a-z]+-[a-z]+\d+)-[a-z0-9]+$/.exec(text)?.[1];
}

function azureRegion(text: string): string | undefined {
  return /^[a-z0-9]{2,40}$/.test(text) ? text : undefined;
}

function fieldText(text: string): string | undefined {
  return /^[\x21-\x7e]{1,1024}$/.test(text) ? text : undefined;
}
