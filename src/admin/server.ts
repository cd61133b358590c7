import { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, type FastifyError } from 'fastify';
import { fail, ok, type Result } from '../core/result.ts';
import type { AdminDependencies } from './dependencies.ts';
import { limitConnections } from './connection-room.ts';
import { guard } from './access/guard.ts';
import { Cookies } from './access/session-cookie.ts';
import { problemStatus, sendProblem } from './problem.ts';
import { agentRoutes } from './routes/agents.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { consoleRoutes } from './routes/console.ts';
import { exchangeRoutes, sessionRoutes } from './routes/records/exchanges.ts';
import { eventRoutes } from './routes/events.ts';
import { collectDescription } from './description/openapi.ts';
import { descriptionRoutes } from './routes/description.ts';
import { placeRoutes } from './routes/places.ts';
import { oidcRoutes } from './routes/signing-in/oidc.ts';
import { policyRoutes } from './routes/policy.ts';
import { auditRoute } from './routes/records/audit.ts';
import { reportRoutes } from './routes/records/report.ts';
import { retentionRoutes } from './routes/records/retention.ts';
import { sessionExportRoute } from './routes/records/session-export.ts';
import { statusRoutes } from './routes/status.ts';
import { samlRoutes } from './routes/signing-in/saml.ts';
import { signInRoutes } from './routes/signing-in/sign-in.ts';
import { tokenExchangeRoute } from './routes/token-exchange.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { compileSchemasWhenAsked } from './schemas-when-asked.ts';
import { securityHeaders } from './security-headers.ts';
import type { TypedServer } from './typed-server.ts';

export interface AdminOptions {
  /** Where it listens: `listen.admin.address`. */
  readonly address: { readonly host: string; readonly port: number };
  readonly tls?: AdminTls;
  readonly dependencies: AdminDependencies;
}

/** PEM texts. */
export interface AdminTls {
  readonly certificate: string;
  readonly key: string;
}

export interface AdminServer extends AsyncDisposable {
  /** Where it listens in fact. */
  readonly address: { readonly host: string; readonly port: number };
  /** Shows another certificate to new connections, and goes by the names in it. Throws where it cannot be used. */
  readonly renewTls: (tls: AdminTls) => void;
  close(): Promise<void>;
}

/** A trial policy with everything round it; larger ones are checked by the CLI. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Opens the admin API.
 *
 * @failure a sentence that names the setting: the address is in use or not ours, the certificate cannot be used
 */
export async function openAdmin(options: AdminOptions): Promise<Result<AdminServer, string>> {
  try {
    const shown = { certificate: options.tls?.certificate };
    const server = await buildServer({ ...options, certificate: () => shown.certificate });
    await server.listen({ host: options.address.host, port: options.address.port });
    const { address, port } = server.server.address() as AddressInfo;
    const close = (): Promise<void> => server.close();
    const renewTls = ({ certificate, key }: AdminTls): void => {
      if (server.server instanceof SecureServer) server.server.setSecureContext({ cert: certificate, key });
      shown.certificate = certificate;
    };
    return ok({ address: { host: address, port }, renewTls, close, [Symbol.asyncDispose]: close });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : message;
    return fail(`listen.admin: Cannot listen on ${options.address.host} port ${options.address.port}: ${reason}`);
  }
}

/**
 * The server with all its routes, not listening.
 * @param options.certificate the one that is shown, whenever that is asked
 */
export async function buildServer({
  tls,
  certificate = () => tls?.certificate,
  dependencies,
}: Pick<AdminOptions, 'tls' | 'dependencies'> & { readonly certificate?: () => string | undefined }): Promise<TypedServer> {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    ...(tls !== undefined && { https: { cert: tls.certificate, key: tls.key } }),
    routerOptions: { maxParamLength: 255 },
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as TypedServer;
  compileSchemasWhenAsked(server);
  // JSON only: a form or plain text is what a page of another site can send without asking.
  server.removeContentTypeParser('text/plain');
  securityHeaders(server);
  answerProblems(server, dependencies);
  // Before the guard, which looks at what it has read.
  await server.register(cookie);
  const cookies = new Cookies(tls !== undefined);
  const { people, clock } = dependencies;
  guard(server, { certificate, people, cookies, clock });
  limitConnections(server);
  await collectDescription(server);
  statusRoutes(server, dependencies);
  descriptionRoutes(server);
  policyRoutes(server, dependencies);
  sessionExportRoute(server, dependencies);
  placeRoutes(server, dependencies);
  tokenRoutes(server, dependencies);
  await tokenExchangeRoute(server, dependencies);
  agentRoutes(server, dependencies);
  approvalRoutes(server, dependencies);
  exchangeRoutes(server, dependencies);
  sessionRoutes(server, dependencies);
  reportRoutes(server, dependencies);
  auditRoute(server, dependencies);
  retentionRoutes(server, dependencies);
  eventRoutes(server, dependencies);
  signInRoutes(server, dependencies, cookies);
  oidcRoutes(server, dependencies, cookies);
  await samlRoutes(server, dependencies, cookies);
  consoleRoutes(server, dependencies);
  return server;
}

function answerProblems(server: TypedServer, dependencies: AdminDependencies): void {
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, 404));
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const errors = error.validation?.map(({ instancePath, message }) => ({
      pointer: instancePath,
      message: message ?? 'is not valid',
    }));
    if (errors !== undefined) return sendProblem(reply, 400, undefined, errors);
    const status = problemStatus(error.statusCode);
    if (status === 500) dependencies.onDefect(error);
    return sendProblem(reply, status);
  });
}
