import { lookup } from 'node:dns/promises';
import { isIP, Socket, type LookupFunction } from 'node:net';
import type { Result } from '../../core/result.ts';

/**
 * Says which of the addresses of a server may be dialled, never none.
 * @failure a sentence: nothing is dialled
 */
export type JudgeAddresses = (addresses: readonly string[]) => Promise<Result<readonly string[], string>>;

/**
 * A socket for the driver, which tells it host and port: the name is looked up here, once for each connection, and what is dialled
 * is what was judged. A Unix socket has no address, and is connected as it is.
 */
export function judgedStream(judge: JudgeAddresses): Socket {
  return new JudgedSocket(judge);
}

class JudgedSocket extends Socket {
  readonly #judge: JudgeAddresses;

  constructor(judge: JudgeAddresses) {
    super();
    this.#judge = judge;
  }

  // As the driver calls it: port and host, or the path of a Unix socket.
  override connect(...asked: unknown[]): this {
    const [port, host] = asked;
    if (typeof port === 'string' && host === undefined) return super.connect(port);
    if (typeof port !== 'number' || typeof host !== 'string') throw new TypeError('Expected a port and a host');
    this.#dial(port, host).catch((error: unknown) => this.destroy(error as Error));
    return this;
  }

  async #dial(port: number, host: string): Promise<void> {
    const found = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host, family: isIP(host) }];
    const judged = await this.#judge(found.map(({ address }) => address));
    if (!judged.ok) throw new Error(judged.failure);
    // The driver may have given up meanwhile.
    if (this.destroyed) return;
    const addresses = judged.value.map((address) => ({ address, family: isIP(address) }));
    const answer: LookupFunction = (_name, { all }, callback) => {
      const [first] = addresses;
      if (all === true) callback(null, addresses);
      else callback(null, first!.address, first!.family);
    };
    // Of an address nobody asks `lookup`; it is the one that was judged.
    super.connect({ port, host: isIP(host) === 0 ? host : addresses[0]!.address, lookup: answer });
  }
}
