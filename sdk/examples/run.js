// Runs all examples at an Usher of their own, checks them, and says where to click; with --check it ends then.
import { once } from 'node:events';
import { Server } from '../e2e/harness/server.js';
import { EXAMPLES, checkExamples, startExample } from './examples.js';

const checkOnly = process.argv.includes('--check');
const running = [];
let server;
const stop = async () => {
  await Promise.all(running.map((example) => example.stop()));
  await server?.stop();
};
try {
  server = await Server.start();
  for (const example of EXAMPLES) running.push(await startExample(example, server, { ownPorts: !checkOnly }));
  await checkExamples(running, server, (sentence) => console.log(`  ${sentence}`));
  if (!checkOnly) {
    console.log(`\nUsher, at ${server.issuer}, knows ana@example.test / usher-demo. Sign in and water plants:`);
    for (const { name, url, web } of running) console.log(`  ${web ? 'open' : 'API '}  ${url}/${web ? '' : 'plants'}   ${name}`);
    console.log(`Sign out at ${server.issuer}/account/sessions and reload: every example knows it. Ctrl+C ends all.`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  }
} finally {
  await stop();
}
