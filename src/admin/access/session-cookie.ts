import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** One of the cookies of the console. */
interface CookieKind {
  readonly name: string;
  readonly sameSite: 'strict' | 'lax';
  /** Seconds; absent: until the browser is closed. */
  readonly maxAge?: number;
}

/** What stands for the session. Never sent along with a request that another site causes. */
const SESSION: CookieKind = { name: 'cordon-session', sameSite: 'strict' };
/** Comes back with the redirect of the identity provider, which is another site: with `strict` it would not. */
const SIGN_IN: CookieKind = { name: 'cordon-sign-in', sameSite: 'lax', maxAge: 600 };

/**
 * The cookies of the console. Over TLS they carry the prefix `__Host-`, with which a browser takes them from this host alone
 * (RFC 6265bis §4.1.3.2); without TLS, on loopback, browsers would refuse it.
 */
export class Cookies {
  readonly #secure: boolean;

  constructor(secure: boolean) {
    this.#secure = secure;
  }

  session(request: FastifyRequest): string | undefined {
    return request.cookies[this.#name(SESSION)];
  }

  signIn(request: FastifyRequest): string | undefined {
    return request.cookies[this.#name(SIGN_IN)];
  }

  setSession(reply: FastifyReply, value: string): void {
    this.#set(reply, SESSION, value);
  }

  setSignIn(reply: FastifyReply, value: string): void {
    this.#set(reply, SIGN_IN, value);
  }

  clearSession(reply: FastifyReply): void {
    this.#clear(reply, SESSION);
  }

  clearSignIn(reply: FastifyReply): void {
    this.#clear(reply, SIGN_IN);
  }

  #name({ name }: CookieKind): string {
    return this.#secure ? `__Host-${name}` : name;
  }

  #set(reply: FastifyReply, kind: CookieKind, value: string): void {
    const { maxAge } = kind;
    reply.setCookie(this.#name(kind), value, { ...this.#attributes(kind), ...(maxAge !== undefined && { maxAge }) });
  }

  #clear(reply: FastifyReply, kind: CookieKind): void {
    reply.clearCookie(this.#name(kind), this.#attributes(kind));
  }

  #attributes({ sameSite }: CookieKind): CookieSerializeOptions {
    return { path: '/', httpOnly: true, secure: this.#secure, sameSite };
  }
}
