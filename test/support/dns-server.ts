import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { decode, encode, type Answer, type DecodedPacket, type Packet } from 'dns-packet';

/**
 * What the server answers to one question. Every member is optional; an empty reply is NODATA with an SOA.
 */
export interface ScriptedReply {
  /** IPv4 and IPv6 addresses; a question gets those of its family. */
  readonly addresses?: readonly string[];
  /** Seconds, of every record; 60 unless given. */
  readonly ttl?: number;
  /** Alias targets in order; the addresses belong to the last one. */
  readonly chain?: readonly string[];
  /** The reply holds the aliases only: the last target has to be asked for, and needs a script of its own. */
  readonly unfinished?: boolean;
  readonly rcode?: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'FORMERR';
  /** No answer at all. */
  readonly drop?: boolean;
  /** Milliseconds before the answer. */
  readonly delay?: number;
  /** Over UDP only the TC bit; the answer itself over TCP. */
  readonly truncate?: boolean;
  /** Over TCP: `cut` ends the connection in the middle of the reply, `still-truncated` sets TC again, `refuse` closes at once. */
  readonly tcp?: 'cut' | 'still-truncated' | 'refuse';
  /** Minimum of the SOA of a negative answer, seconds; 60 unless given. `null`: no SOA. */
  readonly soa?: number | null;
  /** Records put in front of the regular ones, as dns-packet writes them. */
  readonly extra?: readonly Answer[];
  /** Messages sent before the true reply: made from it, so that ids and questions can be wrong by one thing at a time. */
  readonly before?: (reply: Packet, question: DecodedPacket) => readonly (Packet | Buffer)[];
  /** Sends these bytes instead; the first two are replaced by the id. */
  readonly raw?: (question: Buffer) => Buffer;
}

/** One reply for ever, or a sequence whose last one stays; by question type where the families differ. */
export type NameScript = Sequence | { readonly A: Sequence; readonly AAAA: Sequence };
type Sequence = ScriptedReply | readonly ScriptedReply[];

export interface SeenQuery {
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  readonly id: number;
  readonly port: number;
}

export interface DnsServerHandle extends AsyncDisposable {
  /** `127.0.0.1:port`, as `resolver.servers` takes it. */
  readonly address: string;
  /** Every question in the order of arrival. */
  readonly queries: readonly SeenQuery[];
  /** Replaces the script of a name and starts its sequence anew. */
  script(name: string, replies: NameScript): void;
}

/** A DNS server on loopback, UDP and TCP on one port, that answers as scripted; names without a script do not exist. */
export async function startDnsServer(script: Readonly<Record<string, NameScript>>): Promise<DnsServerHandle> {
  const server = new ScriptedServer(script);
  const { udp, tcp, port } = await listen();
  const connections = new Set<TcpSocket>();
  udp.on('message', (message, peer) => {
    void server.answer(message, 'udp', peer.port, (reply) => udp.send(reply, peer.port, peer.address));
  });
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('error', () => {}).on('close', () => connections.delete(socket));
    serveTcp(server, socket);
  });
  return {
    address: `127.0.0.1:${port}`,
    queries: server.queries,
    script: (name, replies) => server.script(name, replies),
    async [Symbol.asyncDispose]() {
      server.stop();
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}

class ScriptedServer {
  readonly queries: SeenQuery[] = [];
  readonly #scripts = new Map<string, NameScript>();
  readonly #counts = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(script: Readonly<Record<string, NameScript>>) {
    for (const [name, replies] of Object.entries(script)) this.#scripts.set(name.toLowerCase(), replies);
  }

  script(name: string, replies: NameScript): void {
    this.#scripts.set(name.toLowerCase(), replies);
    for (const type of ['A', 'AAAA']) this.#counts.delete(`${name.toLowerCase()} ${type}`);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async answer(message: Buffer, transport: 'udp' | 'tcp', port: number, send: (reply: Buffer) => void): Promise<void> {
    const question = decode(message);
    const asked = question.questions?.[0];
    if (asked === undefined) return;
    const name = asked.name.toLowerCase();
    this.queries.push({ name, type: asked.type, transport, id: question.id ?? 0, port });
    const scripted = this.#next(name, asked.type, transport);
    if (scripted.drop === true) return;
    if (scripted.delay !== undefined) await this.#pause(scripted.delay);
    if (this.#stopped) return;
    if (scripted.raw !== undefined) return send(withId(scripted.raw(message), question.id ?? 0));
    const reply = replyTo(question, scripted, transport);
    for (const earlier of scripted.before?.(reply, question) ?? []) send(Buffer.isBuffer(earlier) ? earlier : encode(earlier));
    send(encode(reply));
  }

  /** What TCP does to the connection for the name that was asked last. */
  tcpBehaviour(name: string, type: string): ScriptedReply['tcp'] {
    return this.#current(name, type).tcp;
  }

  // A truncated answer and its repetition over TCP are one step of the sequence.
  #next(name: string, type: string, transport: 'udp' | 'tcp'): ScriptedReply {
    const current = this.#current(name, type);
    const stays = current.truncate === true && transport === 'udp';
    if (!stays) this.#counts.set(`${name} ${type}`, (this.#counts.get(`${name} ${type}`) ?? 0) + 1);
    return current;
  }

  #current(name: string, type: string): ScriptedReply {
    const script = this.#scripts.get(name);
    if (script === undefined) return { rcode: 'NXDOMAIN' };
    const sequence = 'A' in script ? (type === 'AAAA' ? script.AAAA : script.A) : script;
    if (!isList(sequence)) return sequence;
    return sequence[Math.min(this.#counts.get(`${name} ${type}`) ?? 0, sequence.length - 1)] ?? { rcode: 'NXDOMAIN' };
  }

  #pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, delay);
      this.#timers.add(timer);
    });
  }
}

const RCODES = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5, FORMERR: 1 } as const;
const TRUNCATED = 0x0200;
const RECURSION = 0x0180;

function replyTo(question: DecodedPacket, scripted: ScriptedReply, transport: 'udp' | 'tcp'): Packet {
  const [asked = { name: '.', type: 'A' as const }] = question.questions ?? [];
  const rcode = scripted.rcode === undefined ? 0 : RCODES[scripted.rcode];
  const base = { type: 'response', id: question.id, questions: question.questions } as const;
  if ((transport === 'udp' && scripted.truncate === true) || scripted.tcp === 'still-truncated') {
    return { ...base, flags: RECURSION | TRUNCATED };
  }
  const answers = [...(scripted.extra ?? []), ...answersTo(asked.name, asked.type, scripted)];
  const isNegative = !answers.some(({ type }) => type === asked.type) && rcode !== RCODES.SERVFAIL;
  const hasSoa = isNegative && scripted.unfinished !== true && scripted.soa !== null;
  return { ...base, flags: RECURSION | rcode, answers, authorities: hasSoa ? [soa(scripted.soa ?? 60)] : [] };
}

function answersTo(name: string, type: string, scripted: ScriptedReply): Answer[] {
  const { addresses = [], chain = [], ttl = 60 } = scripted;
  const answers: Answer[] = [];
  let owner = name;
  for (const target of chain) {
    answers.push({ type: 'CNAME', name: owner, class: 'IN', ttl, data: target });
    owner = target;
  }
  if (scripted.unfinished === true) return answers;
  for (const address of addresses) {
    const family = address.includes(':') ? 'AAAA' : 'A';
    if (family === type) answers.push({ type: family, name: owner, class: 'IN', ttl, data: address });
  }
  return answers;
}

function soa(minimum: number): Answer {
  const data = { mname: 'ns.example', rname: 'hostmaster.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum };
  return { type: 'SOA', name: 'example', class: 'IN', ttl: 3600, data };
}

function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  if (copy.length >= 2) copy.writeUInt16BE(id);
  return copy;
}

function serveTcp(server: ScriptedServer, socket: TcpSocket): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const message = received.subarray(2, 2 + received.readUInt16BE(0));
    const asked = decode(message).questions?.[0];
    const behaviour = server.tcpBehaviour(asked?.name.toLowerCase() ?? '', asked?.type ?? 'A');
    void server.answer(message, 'tcp', socket.remotePort ?? 0, (reply) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Math.min(reply.length, 0xffff));
      if (behaviour === 'refuse') socket.destroy();
      else if (behaviour === 'cut') socket.end(Buffer.concat([length, reply.subarray(0, -5)]));
      else socket.end(Buffer.concat([length, reply]));
    });
  });
}

async function listen(): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const udp = createSocket('udp4');
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    const { port } = udp.address();
    const tcp = createServer();
    const bound = await new Promise<boolean>((resolve) => {
      tcp.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (bound) return { udp, tcp, port };
    udp.close();
  }
  throw new Error('No port of loopback is free for both UDP and TCP');
}

function isList(sequence: Sequence): sequence is readonly ScriptedReply[] {
  return Array.isArray(sequence);
}
