import { request } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
}

/** As much of a browser as signing in takes: cookies by name, and what it says about where a request comes from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #from: string | undefined;

  /** @param from its address, on this machine */
  constructor(from?: string) {
    this.#from = from;
  }

  /** One request, redirects not followed. */
  open(
    url: string,
    { form, headers = {} }: { form?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Page> {
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    const options = {
      method: body === undefined ? 'GET' : 'POST',
      agent: false,
      rejectUnauthorized: false,
      ...(this.#from !== undefined && { localAddress: this.#from }),
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const sent = (url.startsWith('https:') ? secureRequest : request)(url, options, (answer) => {
        for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => {
          const { location } = answer.headers;
          const next = location === undefined ? undefined : new URL(location, url).href;
          resolve({ url, status: answer.statusCode ?? 0, body: text, location: next });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Follows redirects until a page comes, or one leads to an address that starts with `until`. */
  async follow(page: Page, until?: string): Promise<Page> {
    const { location } = page;
    if (location === undefined || (until !== undefined && location.startsWith(until))) return page;
    return this.follow(await this.open(location), until);
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';', 1);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
