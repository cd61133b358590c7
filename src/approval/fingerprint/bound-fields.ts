import type { FieldLines } from '../../core/exchange/exchange.ts';

/**
 * Fields that tell an origin what to do where method and target do not: bound whatever the rule says, and in grants too, which
 * are shown by method and path. To SOAP and the JSON protocols of AWS the operation is a field, a copy takes its other end from
 * one, and what the messages of a WebSocket mean is said by its subprotocol.
 */
const OPERATION: readonly string[] = [
  'destination',
  'sec-websocket-protocol',
  'soapaction',
  'x-amz-target',
  'x-amz-copy-source',
  'x-goog-copy-source',
  'x-ms-copy-source',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
];
/**
 * How content is coded, and its place in the whole. The Content-Type field goes with the digest of the content; what CGI may
 * read in its stead does not.
 */
const ALWAYS_BOUND: readonly string[] = ['content-encoding', 'content-range', 'content_type', ...OPERATION];

/** @param ofRules names in `approval.fields`, in lower case */
export function boundFields(fields: FieldLines, ofRules: readonly string[]): FieldLines {
  return linesNamed(fields, [...ALWAYS_BOUND, ...ofRules]);
}

export function operationFields(fields: FieldLines): FieldLines {
  return linesNamed(fields, OPERATION);
}

/** In the order in which they arrived, names in lower case: values of one name are a sequence (RFC 9110 §5.3). */
function linesNamed(fields: FieldLines, names: readonly string[]): FieldLines {
  const bound = new Set(names);
  return (
    fields
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      // Also as CGI and its heirs read it: to them `x_model` is `x-model` (RFC 3875 §4.1.18).
      .filter(([name]) => bound.has(name) || bound.has(name.replaceAll('_', '-')))
  );
}
