import { BoundedMap } from '../../core/bounded-map.ts';
import type { Clock, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { secretNameProblem } from '../../store/secrets/secret-name.ts';
import { entryOf, entryPath, type VaultSettings } from './vault-entry.ts';
import type { VaultLogin } from './vault-login.ts';
import type { AskVault, VaultProblem } from './vault-server.ts';
import { valueIn } from './vault-value.ts';

/** Policies and settings name fewer. */
const MOST = 1024;
/** So long a failure is an answer too: a Vault that is down is not asked with every request. */
const FAILED_FOR: Milliseconds = 1000;

interface Known {
  readonly value: Result<string, string>;
  readonly until: Milliseconds;
}

export interface VaultSecretsParts {
  readonly settings: VaultSettings;
  readonly ask: AskVault;
  readonly login: VaultLogin;
  readonly clock: Clock;
  /** How long a value counts from when it was asked for. */
  readonly maxAge: Milliseconds;
}

/**
 * Secrets in Vault, read when they are used: each at most once at a time, and anew when its time is over. Then the former value
 * counts no more, whether or not there is another one.
 */
export class VaultSecrets implements Pick<Secrets, 'find'> {
  readonly #parts: VaultSecretsParts;
  readonly #known = new BoundedMap<string, Known>(MOST);
  readonly #running = new Map<string, Promise<Result<string, string>>>();
  #down: Known | undefined;

  constructor(parts: VaultSecretsParts) {
    this.#parts = parts;
  }

  /** Never undefined: where there is none, the failure says so. */
  find(name: string): Promise<Result<string | undefined, string>> {
    const problem = secretNameProblem(name);
    if (problem !== undefined) return Promise.resolve(fail(problem));
    const now = this.#parts.clock.monotonic();
    const known = this.#known.get(name);
    if (known !== undefined && known.until > now) return Promise.resolve(known.value);
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    if (this.#down !== undefined && this.#down.until > now) return Promise.resolve(this.#down.value);
    const read = this.#refresh(name, now).finally(() => this.#running.delete(name));
    this.#running.set(name, read);
    return read;
  }

  async #refresh(name: string, since: Milliseconds): Promise<Result<string, string>> {
    const { clock, maxAge } = this.#parts;
    const read = await this.#read(name);
    const value: Result<string, string> = read.ok ? read : fail(read.failure.sentence);
    // What failed takes the place of what was read before: that may be on its way to nobody any more.
    const known = { value, until: read.ok ? since + maxAge : clock.monotonic() + FAILED_FOR };
    this.#known.set(name, known);
    this.#down = !read.ok && read.failure.isDown ? known : undefined;
    return value;
  }

  async #read(name: string): Promise<Result<string, VaultProblem>> {
    const { settings, ask, login } = this.#parts;
    const path = entryPath(settings, name);
    const token = await login.token();
    if (!token.ok) return token;
    let answer = await ask({ method: 'GET', path, token: token.value });
    // A token that was revoked, or used up before its time, is told apart from one that may not by signing in again.
    if (answer.ok && answer.value.status === 403 && login.refused(token.value)) {
      const another = await login.token();
      if (!another.ok) return another;
      answer = await ask({ method: 'GET', path, token: another.value });
    }
    if (!answer.ok) return answer;
    const value = valueIn(answer.value, entryOf(settings, name), settings.field);
    return value.ok ? ok(value.value) : fail({ sentence: value.failure, isDown: false });
  }
}
