import { createTokenRepository } from '../../src/store/token-repository.ts';
import { databaseIn, temporaryDirectory } from './fixtures.ts';
import { describeTokenStore } from './token-store-contract.ts';

describeTokenStore('createTokenRepository() on SQLite', async () => {
  const database = await databaseIn(temporaryDirectory());
  return createTokenRepository(database.db);
});
