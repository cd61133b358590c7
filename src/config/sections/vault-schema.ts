import * as Type from 'typebox/type';
import { duration, path, place, section, text, url } from '../setting-kinds.ts';

/** `secrets.vault` */
export const vault = section('HashiCorp Vault or OpenBao, with `provider: vault`.', {
  url: url('Address: https, or http on this machine.'),
  place: place('Where it is: inside `node.place`.'),
  mount: text('Where the secrets engine, KV version 2, is mounted.', { default: 'secret' }),
  path: text('Below the mount: the secret `openai-key` is the entry `<path>/openai-key`.', { default: 'cordon' }),
  field: text('Field of an entry that holds the value.', { default: 'value' }),
  namespace: Type.Optional(text('Namespace of engine and sign-in.')),
  'token-file': Type.Optional(
    path('A token that somebody else renews, as Vault Agent does; one of the three ways to sign in.'),
  ),
  'app-role': Type.Optional(
    section('Sign-in as an AppRole.', {
      'role-id': text('RoleID.'),
      'secret-id-file': path('SecretID.'),
      mount: text('Where the method is mounted.', { default: 'approle' }),
    }),
  ),
  jwt: Type.Optional(
    section('Sign-in with what the platform states in a JWT: methods `kubernetes` and `jwt`.', {
      role: text('Role.'),
      file: path('The JWT, read for each sign-in.'),
      mount: text('Where the method is mounted.', { default: 'kubernetes' }),
    }),
  ),
  trust: Type.Optional(path('Its trust anchors, PEM. Unset: the public ones, and `trust`.')),
  timeout: duration('5s', 'How long one request to it may take.'),
  'max-age': duration('30s', 'How long a value counts after it was asked for; then it is read anew, or counts no more.'),
});
