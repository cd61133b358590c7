import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fieldValue, fieldValues } from './fields.ts';

/** Gateways of this kind call themselves by names that begin so; other received-by values may show the agent's network. */
const PSEUDONYM_PREFIX = 'cordon';

/** Whether the message came through the gateway of this pseudonym before. */
export function hasLooped(fields: FieldLines, pseudonym: string): boolean {
  if (fieldValue(fields, 'via') === undefined) return false;
  return viaMembers(fields).some((member) => member.receivedBy === pseudonym.toLowerCase());
}

/**
 * The `Via` value to send on: this gateway, after the other gateways of this kind that the message came through, so that a
 * loop over several of them ends too.
 *
 * @source RFC 9110 §7.6.3
 */
export function viaValue(httpVersion: '1.0' | '1.1' | '2', pseudonym: string, received: FieldLines = []): string {
  if (fieldValue(received, 'via') === undefined) return `${httpVersion} ${pseudonym}`;
  const kept = viaMembers(received).filter((member) => member.receivedBy.startsWith(PSEUDONYM_PREFIX));
  return [...kept.map((member) => `${member.protocol} ${member.receivedBy}`), `${httpVersion} ${pseudonym}`].join(', ');
}

interface ViaMember {
  readonly protocol: string;
  /** In lower case. */
  readonly receivedBy: string;
}

const MEMBER = /^\s*([!-+\--~]+)[ \t]+([!-+\--~]+)/;

function viaMembers(fields: FieldLines): ViaMember[] {
  const members: ViaMember[] = [];
  for (const value of fieldValues(fields, 'via')) {
    for (const text of value.split(',')) {
      const match = MEMBER.exec(text);
      if (match !== null) members.push({ protocol: match[1]!, receivedBy: match[2]!.toLowerCase() });
    }
  }
  return members;
}
