/** Why nobody can tell what a policy would decide about a recorded exchange. */
export type Untold =
  /** A rule asks for what the content holds, or for its type. */
  | 'content'
  /** A rule asks for fields of the request. */
  | 'fields'
  /** A rule asks for the path, which is masked in the record or has no one reading. */
  | 'path'
  /** The name was not looked up, and now it would be. */
  | 'addresses'
  /** The candidate would look into a tunnel that was judged as a whole, or refused. */
  | 'inside the tunnel'
  /** The tables that the evidence came from are no longer those at hand. */
  | 'evidence'
  /** It was let pass by the policy and ended by something else. */
  | 'ended otherwise'
  /** The record was cut, or is of a form that is not known. */
  | 'record'
  /** One of many denials that were folded into one record. */
  | 'folded';

/** What each is called before people. */
export const UNTOLD_TEXTS: Readonly<Record<Untold, string>> = {
  content: 'a rule asks for content, of which the record holds only what was found',
  fields: 'a rule asks for fields of the request, which the record does not hold',
  path: 'a rule asks for the path, which is masked in the record',
  addresses: 'the name was not looked up, and would be',
  'inside the tunnel': 'the candidate would look into the tunnel',
  evidence: 'the tables that the evidence came from have changed since',
  'ended otherwise': 'something else than the policy ended it',
  record: 'the record was cut',
  folded: 'folded with others like it',
};
