import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Clock, Journal } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ListenerTls } from '../../listener/http1-server.ts';
import type { Log } from '../../telemetry/log.ts';
import { Revocations } from '../../tls/revocation/revocations.ts';
import { type ListenerTlsFiles, readListenerRevocations, readListenerTls } from '../loading/listener-tls.ts';

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
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
}

/** The certificate of one listener, with its key and the authorities of clients: read anew while connections go on. */
export class ListenerCertificate {
  readonly #parts: CertificateParts;
  #shown: ListenerTls;
  #told: string | undefined;

  constructor(parts: CertificateParts) {
    this.#parts = parts;
    this.#shown = parts.shown;
  }

  /**
   * Reads the files. What does not go together changes nothing but what revocation lists say, and is told once until it is
   * something else.
   * @param again somebody has asked: it is told anew
   */
  async renew(again: boolean): Promise<void> {
    const { setting, files } = this.#parts;
    const read = await readListenerTls(setting, files, this.#shown.revocations);
    const wanted = read.ok ? read.value : await this.#withRevocations();
    const shown = isDeepStrictEqual(wanted, this.#shown) ? ok(undefined) : this.#show(wanted);
    if (shown.ok && shown.value !== undefined) await this.#tellRenewed(shown.value);
    await this.#tellProblem(problemOf(read) ?? problemOf(shown) ?? this.#endedList(), again);
  }

  /** What it shows now, with what the lists say now: where they cannot be read, no certificate counts. */
  async #withRevocations(): Promise<ListenerTls> {
    const { setting, files } = this.#parts;
    if (files.crl === undefined) return this.#shown;
    const read = await readListenerRevocations(setting, files.crl, this.#shown.revocations);
    return { ...this.#shown, revocations: read.ok ? read.value : new UnreadRevocations(read.failure) };
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

  #endedList(): string | undefined {
    const { setting, files, clock } = this.#parts;
    const { revocations } = this.#shown;
    const ended = revocations instanceof Revocations ? revocations.ended(clock.now()) : undefined;
    return ended === undefined ? undefined : `${setting}.crl: ${files.crl}: ${ended}`;
  }

  async #tellRenewed(details: { readonly fingerprint: string }): Promise<void> {
    const { listener, log } = this.#parts;
    log.info({ listener, ...details }, 'The listener shows another certificate, or believes other clients');
    await this.#tell('listener.renewed', details);
  }

  async #tellProblem(problem: string | undefined, again: boolean): Promise<void> {
    const { listener, log } = this.#parts;
    const isNews = problem !== this.#told || again;
    this.#told = problem;
    if (problem === undefined || !isNews) return;
    log.error({ listener, problem }, 'The listener cannot be renewed: it shows what it has, and believes by what it can read');
    await this.#tell('listener.not-renewed', { problem });
  }

  async #tell(action: AdminEvent['action'], details: AdminEvent['details']): Promise<void> {
    const { journal, listener } = this.#parts;
    await journal.append({ kind: 'admin', actor: 'cordon', action, subject: `listener:${listener}`, details });
  }
}

/** Lists that cannot be read: what they would say of a certificate, nobody knows. */
class UnreadRevocations implements NonNullable<ListenerTls['revocations']> {
  readonly crl: readonly string[] = [];
  readonly sentence: string;

  constructor(sentence: string) {
    this.sentence = sentence;
  }

  problem(): string {
    return `its revocation list cannot be read (${this.sentence})`;
  }
}

function problemOf(result: Result<unknown, string>): string | undefined {
  return result.ok ? undefined : result.failure;
}
