import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Journal } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ListenerTls } from '../../listener/http1-server.ts';
import type { Log } from '../../telemetry/log.ts';
import { type ListenerTlsFiles, readListenerTls } from '../loading/listener-tls.ts';

/** A listener in TLS, and where what it shows is read from. */
export interface CertificateParts {
  /** `127.0.0.1:3128`, for people. */
  readonly listener: string;
  /** `listen.proxy.tls` */
  readonly setting: string;
  readonly files: ListenerTlsFiles;
  /** What it shows now. */
  readonly shown: ListenerTls;
  /** Shows something else to new connections. Throws where that cannot be used. */
  readonly show: (tls: ListenerTls) => void;
  readonly log: Log;
  readonly journal: Journal;
}

/** The certificate of one listener, with its key and the authorities of clients: read anew while connections go on. */
export class ListenerCertificate {
  readonly #parts: CertificateParts;
  #shown: ListenerTls;
  #refused: string | undefined;

  constructor(parts: CertificateParts) {
    this.#parts = parts;
    this.#shown = parts.shown;
  }

  /**
   * Reads the files. What does not go together changes nothing, and is told once until it is something else.
   * @param again somebody has asked: it is told anew
   */
  async renew(again: boolean): Promise<void> {
    const { setting, files, listener, log } = this.#parts;
    const read = await readListenerTls(setting, files);
    if (read.ok && isDeepStrictEqual(read.value, this.#shown)) {
      this.#refused = undefined;
      return;
    }
    const shown = read.ok ? this.#show(read.value) : read;
    if (shown.ok) {
      this.#refused = undefined;
      log.info({ listener, ...shown.value }, 'The listener shows another certificate, or believes other clients');
      return this.#tell('listener.renewed', shown.value);
    }
    const { failure: problem } = shown;
    if (problem === this.#refused && !again) return;
    this.#refused = problem;
    log.error({ listener, problem }, 'The certificate of the listener cannot be renewed; the one that it shows stays');
    await this.#tell('listener.not-renewed', { problem });
  }

  #show(tls: ListenerTls): Result<{ readonly fingerprint: string }, string> {
    const { setting, show } = this.#parts;
    try {
      show(tls);
    } catch (error) {
      return fail(`${setting}: ${(error as Error).message}`);
    }
    this.#shown = tls;
    return ok({ fingerprint: new X509Certificate(tls.certificate).fingerprint256 });
  }

  async #tell(action: AdminEvent['action'], details: AdminEvent['details']): Promise<void> {
    const { journal, listener } = this.#parts;
    await journal.append({ kind: 'admin', actor: 'cordon', action, subject: `listener:${listener}`, details });
  }
}
