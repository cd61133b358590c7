import type { Entity } from '../../entity.ts';

/**
 * The user information of a URL that holds a password. Name and password are one value, because services such as GitHub take
 * the token for the name. Found by a matcher of its own, which leaves placeholders alone.
 */
export const URL_CREDENTIALS: Entity = {
  id: 'url-credentials',
  groups: ['secrets'],
  title: 'User name and password in a URL',
  context: [],
  source: 'RFC 3986, section 3.2.1',
  specimens: [
    'DATABASE_URL=postgres://«app:hunter22»@db.example:5432/app',
    'git clone https://«ann:s3cr3t-Value»@git.example/org/repo.git',
    'REDIS_URL=redis://«:hunter22»@cache.example:6379/0',
    '{"broker": "amqps://«worker:p%40ss%2Fw0rd»@mq.example/vhost"}',
    'mongodb+srv://«app:n0t-a-real-one»@cluster0.mongo.example/?retryWrites=true',
  ],
  counterExamples: [
    'postgres://user:password@localhost:5432/app',
    'https://<user>:<pass>@git.example/',
    'https://${USER}:${PASS}@git.example/',
    'https://{{user}}:{{password}}@git.example/',
    'redis://:****@cache.example:6379',
    'https://ann@git.example/org/repo.git',
    'git@github.com:org/repo.git',
    'mailto:ann@mail.example',
    'https://registry.example:8080/@scope/package',
    'https://host.example/path?at=12:30@noon',
    'http://[2001:db8::1]:8080/@ann',
  ],
};
