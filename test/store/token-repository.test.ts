import { createTokenRepository } from '../../src/store/agents/token-repository.ts';
import { describeOnEveryEngine } from './engines.ts';
import { describeTokenStore } from './token-store-contract.ts';

describeOnEveryEngine('createTokenRepository()', (engine) => {
  describeTokenStore('as a TokenStore', async () => createTokenRepository((await engine.open()).db));
});
