/** What a frame is (RFC 6455 §5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Opcode = (typeof OPCODE)[keyof typeof OPCODE];
export type ControlOpcode = typeof OPCODE.close | typeof OPCODE.ping | typeof OPCODE.pong;
export type MessageOpcode = typeof OPCODE.text | typeof OPCODE.binary;

const MESSAGES: ReadonlySet<number> = new Set([OPCODE.text, OPCODE.binary]);
const CONTROLS: ReadonlySet<number> = new Set([OPCODE.close, OPCODE.ping, OPCODE.pong]);

/** Whether a frame of this opcode begins a message. */
export function isMessageOpcode(opcode: number): opcode is MessageOpcode {
  return MESSAGES.has(opcode);
}

/** Whether a frame of this opcode may stand between the fragments of a message. */
export function isControlOpcode(opcode: number): opcode is ControlOpcode {
  return CONTROLS.has(opcode);
}

/** Most bytes of the payload of a control frame (RFC 6455 §5.5). */
export const MAX_CONTROL = 125;
