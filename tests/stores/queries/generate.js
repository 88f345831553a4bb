// Writes the clients of Prisma, and bundles each, because they are TypeScript.
import { execFileSync } from 'node:child_process';
import { buildSync } from 'esbuild';

for (const name of ['postgresql', 'sqlite']) {
  // `generate` uses no engine; without this variable it would download one.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  execFileSync('npx', ['prisma', 'generate', '--schema', `prisma/${name}.prisma`], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  buildSync({
    entryPoints: [`generated/${name}/client.ts`],
    outfile: `generated/${name}.js`,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
}
