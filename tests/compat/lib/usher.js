// The Usher at which the applications sign people in, and their clients.
import { Usher } from '../../browser/usher.js';
import { freePorts } from '../../ports.mjs';
import { terminateTls } from './tls.js';

/** `usher dev` with one project. Access tokens live one minute, so that libraries which refresh by themselves do so. */
export async function startUsher() {
  return withProject(await start());
}

/** Another one, on https, for libraries that take no issuer on http. */
export async function startUsherOnHttps() {
  const [port, plain] = await freePorts(2);
  const settings = { USHER_LISTEN: `127.0.0.1:${plain}`, USHER_TRUSTED_PROXIES: '127.0.0.1/32' };
  const usher = await start({ ...settings, USHER_ISSUER: `https://localhost:${port}` });
  const close = await terminateTls(port, plain);
  const stop = usher.stop.bind(usher);
  usher.stop = () => {
    close();
    return stop();
  };
  return withProject(usher);
}

function start(settings) {
  process.env.USHER_BIN ??= new URL('../../../target/debug/usher', import.meta.url).pathname;
  return Usher.start({ USHER_TOKENS__ACCESS_TTL: '60s', ...settings });
}

async function withProject(usher) {
  await usher.command('project', 'create', '--name', 'Compatibility');
  const { email, password } = usher.banner;
  return Object.assign(usher, { person: { email, password, name: 'Souza', role: 'gardener' } });
}

/** Creates an API, which the application is. */
export function registerApi(usher, { name, identifier }) {
  return usher.command('api', 'create', '--project', 'Compatibility', '--name', name, '--identifier', identifier);
}

/** Creates a client with only what is necessary: its type and its URLs. */
export function registerClient(usher, { name, project = 'Compatibility', type, redirectUris, signedOutUris, options = [] }) {
  const each = (option, uris) => uris.flatMap((uri) => [option, uri]);
  const addresses = [...each('--redirect-uri', redirectUris), ...each('--post-logout-redirect-uri', signedOutUris)];
  const who = ['--project', project, '--type', type, '--name', name];
  return usher.command('client', 'create', ...who, ...addresses, ...options);
}
