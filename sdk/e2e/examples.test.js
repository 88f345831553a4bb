// All examples of sdk/examples at one Usher: one sign-on, one policy, one sign-out.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { EXAMPLES, builtProgram, checkExamples, startExample } from '../examples/examples.js';
import { Server } from './harness/server.js';

const works = (program, ...args) => spawnSync(program, args).status === 0;
const ready = {
  'express-shop': () => existsSync(new URL('../examples/express-shop/node_modules', import.meta.url)),
  'fastapi-service': () => works(process.env.USHER_SDK_PYTHON ?? 'python3', '-c', 'import fastapi, joserfc, uvicorn'),
  'django-site': () => works(process.env.USHER_SDK_PYTHON ?? 'python3', '-c', 'import django, joserfc'),
  'go-service': () => works('go', 'version'),
  'axum-service': () => existsSync(builtProgram('axum-service')),
  'axum-site': () => existsSync(builtProgram('axum-site')),
};

test('Ana signs in once, is known at every example, and is refused by all within a second of signing out', async (t) => {
  const examples = EXAMPLES.filter(({ name }) => ready[name]());
  for (const { name } of EXAMPLES.filter((each) => !examples.includes(each))) t.diagnostic(`${name} was not tried: it is not installed`);
  const server = await Server.start();
  const running = [];
  try {
    for (const example of examples) running.push(await startExample(example, server, { ownPorts: false }));
    await checkExamples(running, server, (sentence) => t.diagnostic(sentence));
  } finally {
    await Promise.all(running.map((example) => example.stop()));
    await server.stop();
  }
});
