import type { FastifyReply, FastifyRequest } from 'fastify';
import * as Type from 'typebox/type';
import type { ConsoleFile } from '../console-files.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { sendProblem } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cordon: the console is not built</title></head>
<body><h1>The console is not built</h1>
<p>Found no <code>dist/console</code>. <code>npm ci</code> builds it; so does <code>npm run build:console</code>. Then start Cordon again.</p>
<p>The admin API and the command line work without it.</p></body></html>
`;

/** The name of an asset changes with its content, so what a browser has under a name is what it would get. */
const FOREVER = 'public, max-age=31536000, immutable';

const AssetParams = Type.Object({ file: Type.String({ minLength: 1, maxLength: 255 }) }, { additionalProperties: false });

/** The console: a page and its assets, from memory. No path of a request ever becomes a path of a file. */
export function consoleRoutes(server: TypedServer, { console }: Pick<AdminDependencies, 'console'>): void {
  server.get('/', (request, reply) => {
    if (console === undefined) return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
    return sendFile(request, reply, console.page);
  });
  server.get('/assets/:file', { schema: { params: AssetParams } }, (request, reply) => {
    const asset = console?.assets.get(request.params.file);
    if (asset !== undefined) return sendFile(request, reply.header('cache-control', FOREVER), asset);
    sendProblem(reply, 404);
    return reply;
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, bytes, gzipped }: ConsoleFile): FastifyReply {
  reply.type(type).header('vary', 'accept-encoding');
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|\s|$))/i.test(request.headers['accept-encoding'] ?? '')) return reply.send(bytes);
  return reply.header('content-encoding', 'gzip').send(gzipped);
}
