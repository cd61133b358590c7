import type { Interceptor } from '../pipeline/services.ts';
import { ok } from '../core/result.ts';
import type { InterceptedListener } from '../listener/intercepted-listener.ts';
import type { IssuingCa } from '../tls/issuing-ca.ts';
import { terminate } from '../tls/terminate.ts';

/** Joins what ends TLS with what reads the requests inside. */
export function createInterceptor(ca: IssuingCa, inside: () => InterceptedListener): Interceptor {
  return {
    intercept: async (permit, opened, socket, head) => {
      const terminated = await terminate(socket, head, { host: permit.authority.host, ca });
      if (!terminated.ok) return terminated;
      const subject = opened.subject === undefined ? {} : { subject: opened.subject };
      inside().serve(terminated.value.socket, { id: permit.exchange, authority: permit.authority, ...subject }, opened.client);
      return ok(undefined);
    },
  };
}
