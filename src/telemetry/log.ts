/**
 * The log of the process: start, stop, reloads, faults. Exchanges are told by the record, one by one, and by metrics, in
 * sum; never here. Lines are JSON, written by this process itself: no worker, nothing to lose on exit.
 */
import { destination, type LoggerOptions, pino } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What the rest of the program may do with the log. Members carry facts; the message is constant text. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface OpenLog extends Log {
  /** Lines that were dropped because nobody read them fast enough. */
  dropped(): number;
  /** Writes what is still buffered; call it before the process ends. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** `stderr` where stdout is the answer of a command. */
  readonly to: 'stdout' | 'stderr';
  /** Which of the workers writes it. */
  readonly worker?: number;
}

/** A reader that stalls costs this much memory, then lines: a log must not stop the gateway. */
const MAX_BUFFER_BYTES = 4 * 1024 * 1024;

/** Names of members whose values are never written, wherever they are in the first two levels. A seat belt: no caller logs them. */
const SECRET_MEMBERS = [
  'authorization',
  'proxyAuthorization',
  '["proxy-authorization"]',
  'cookie',
  '["set-cookie"]',
  'token',
  'secret',
  'password',
  'key',
  'content',
];

/** Opens the log of this process. */
export function openLog(options: LogOptions): OpenLog {
  const sink = destination({ dest: options.to === 'stdout' ? 1 : 2, sync: false, maxLength: MAX_BUFFER_BYTES });
  let dropped = 0;
  sink.on('drop', () => dropped++);
  const logger = pino(loggerOptions(options.level, options.worker), sink);
  return {
    debug: (facts, message) => logger.debug(facts, message),
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    dropped: () => dropped,
    flush: () => flush(sink),
  };
}

/** How lines look: level by name, RFC 3339 time, secret members replaced. */
export function loggerOptions(level: LogLevel, worker?: number): LoggerOptions {
  const nested = SECRET_MEMBERS.map((member) => (member.startsWith('[') ? `*${member}` : `*.${member}`));
  return {
    level,
    base: { name: 'cordon', ...(worker !== undefined && { worker }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...SECRET_MEMBERS, ...nested], censor: '[hidden]' },
  };
}

function flush(sink: ReturnType<typeof destination>): void {
  try {
    sink.flushSync();
  } catch {
    // Not opened yet: nothing was written.
  }
}
