// The package as somebody installs it: packed, linted, installed into an empty project, imported, required, type-checked.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const { exports, version, peerDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const entries = Object.keys(exports)
    .filter((name) => name !== './package.json')
    .map((name) => name.replace('.', '@usher-id/sdk'));
const folder = mkdtempSync(path.join(tmpdir(), 'usher-package-'));
const run = (what, command, args, cwd = folder) => {
    console.log(`- ${what}`);
    execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
};

const CONSUMER = `
import type { Residual } from '@usher-id/sdk';
import { Usher, fileStore, redisStore, verifyWebhook } from '@usher-id/sdk';
import { getAuth, requireAuth, requirePermission, usher } from '@usher-id/sdk/express';
import { toPrisma } from '@usher-id/sdk/filters';
import { createTestUsher } from '@usher-id/sdk/testing';
import express from 'express';
const app = express();
const module = usher({
  issuer: 'https://id.example.com', clientId: 'shop', clientSecret: 's', audience: 'https://api.shop', project: 'p', storage: fileStore('.usher-sdk'),
});
app.use(module);
app.get('/me', requireAuth({ acr: 'aal2' }), (request, response) => { response.json(getAuth(request).user); });
app.get('/orders/:id', requirePermission('Order:read', { load: async (request: express.Request) => ({ id: request.params.id }) }), (request, response) => {
  const left: Residual = getAuth(request).filter('Order:read');
  response.json(toPrisma(left));
});
export const all = [Usher, redisStore, verifyWebhook, createTestUsher, module.usher.state.revision];
// @ts-expect-error an audience is a text
usher({ issuer: 'https://id.example.com', clientId: 'shop', clientSecret: 's', audience: 5 });
`;

try {
    run('npm pack', 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
    const tarball = path.join(folder, `usher-id-sdk-${version}.tgz`);
    run('publint', 'npx', ['publint', '--strict', tarball], root);
    // Resolution before Node 16 knows no exports; nobody who has Node 20 uses it.
    run('are the types wrong?', 'npx', ['attw', tarball, '--profile', 'node16', '--format', 'table-flipped'], root);
    writeFileSync(
        path.join(folder, 'package.json'),
        JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    );
    const peers = Object.keys(peerDependencies)
        .filter((name) => name !== 'react')
        .concat('react', 'rxjs');
    run('install without peers', 'npm', [
        'install',
        '--silent',
        tarball,
        'typescript@7',
        '@types/node@20',
        'express@5',
        '@types/express@5',
    ]);
    const bare = entries.filter((name) => !/react|nest|browser/.test(name));
    const importAll = (names) => `${names.map((name) => `await import('${name}');`).join(' ')}`;
    const requireAll = (names) => `${names.map((name) => `require('${name}');`).join(' ')}`;
    run('import, without peers', 'node', ['--input-type=module', '-e', importAll(bare)]);
    run('require, without peers', 'node', ['--input-type=commonjs', '-e', requireAll(bare)]);
    run('both are one copy', 'node', [
        '--input-type=module',
        '-e',
        `
    import { createRequire } from 'node:module';
    const { Usher } = await import('@usher-id/sdk');
    if (createRequire(process.cwd() + '/x.js')('@usher-id/sdk/express').Usher !== Usher) throw new Error('two copies');`,
    ]);
    writeFileSync(path.join(folder, 'consumer.ts'), CONSUMER);
    writeFileSync(
        path.join(folder, 'common.cts'),
        `import sdk = require('@usher-id/sdk/express');\nexport const auth = sdk.requireAuth();\n`,
    );
    const strict = [
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--noUncheckedIndexedAccess',
        '--module',
        'nodenext',
        '--moduleResolution',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
    ];
    run('types, strict', 'npx', ['tsc', ...strict, 'consumer.ts', 'common.cts']);
    run('install peers', 'npm', ['install', '--silent', ...peers]);
    run('import all', 'node', ['--input-type=module', '-e', importAll(entries)]);
    run('require all', 'node', ['--input-type=commonjs', '-e', requireAll(entries)]);
    writeFileSync(
        path.join(folder, 'page.js'),
        `export { Can, useAuth } from '@usher-id/sdk/react';\nexport { createUsherBrowser } from '@usher-id/sdk/browser';\n`,
    );
    const bundle = [
        'esbuild',
        path.join(folder, 'page.js'),
        '--bundle',
        '--minify',
        '--format=esm',
        '--platform=browser',
        '--external:react',
        '--external:oidc-client-ts',
    ];
    run('for pages: nothing of Node in it', 'npx', [...bundle, `--outfile=${path.join(folder, 'page.min.js')}`], root);
    const size = readFileSync(path.join(folder, 'page.min.js')).length;
    if (size > 12_000) throw new Error(`the parts for pages have ${size} bytes`);
    console.log('the package is good');
} finally {
    rmSync(folder, { recursive: true, force: true });
}
