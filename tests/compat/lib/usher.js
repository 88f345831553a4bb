// The Usher that all applications sign in at, and the clients that they are.
import { Usher } from '../../browser/usher.js';

/** `usher dev` with one project. Its access tokens live a minute, so that libraries which refresh by themselves do. */
export async function startUsher() {
  process.env.USHER_BIN ??= new URL('../../../target/debug/usher', import.meta.url).pathname;
  const usher = await Usher.start({ USHER_TOKENS__ACCESS_TTL: '60s' });
  await usher.command('project', 'create', '--name', 'Compatibility');
  const { email, password } = usher.banner;
  return Object.assign(usher, { person: { email, password, name: 'Souza' } });
}

/** A client with nothing but what has to be said: its type, where it is sent back, where after signing out. */
export function registerClient(usher, { name, type, redirectUris, signedOutUris, options = [] }) {
  const each = (option, uris) => uris.flatMap((uri) => [option, uri]);
  const addresses = [...each('--redirect-uri', redirectUris), ...each('--post-logout-redirect-uri', signedOutUris)];
  const who = ['--project', 'Compatibility', '--type', type, '--name', name];
  return usher.command('client', 'create', ...who, ...addresses, ...options);
}
