/** The answer to a CONNECT that goes on (RFC 9110 §9.3.6): from here on the bytes belong to the tunnel. */
export const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';
