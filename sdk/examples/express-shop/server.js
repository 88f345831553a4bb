// A shop for plants: people sign in at Usher, and the access rules of the project say who may do what.
import { build } from 'esbuild';
import express from 'express';
import { fileStore } from '@usher-id/sdk';
import { getAuth, requirePermission, usher } from '@usher-id/sdk/express';
import { matches } from '@usher-id/sdk/filters';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PROJECT, SECRET, PORT = '3000' } = process.env;
const plants = [
  { id: 'fern', owner_id: 'somebody', greenhouse: 'north', poisonous: false, watered: 0 },
  { id: 'foxglove', owner_id: 'somebody', greenhouse: 'north', poisonous: true, watered: 0 },
  { id: 'agave', owner_id: 'somebody', greenhouse: 'south', poisonous: false, watered: 0 },
];
const load = (request) => plants.find((plant) => plant.id === request.params.id);

const shop = usher({
  mode: 'web',
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  project: PROJECT,
  baseURL: `http://localhost:${PORT}`,
  secret: SECRET,
  storage: fileStore('.usher-shop'),
  // What the rules ask of a user beside id and roles; a shop reads it from its database.
  userAttributes: () => ({ greenhouses: ['north'] }),
  // The pages are for everybody; the rules speak of the addresses below.
  policy: { onMissingRoute: 'allow' },
});

const page = await build({ entryPoints: ['page.jsx'], bundle: true, write: false, jsx: 'automatic', minify: true });
const app = express();
app.use(shop);
app.get('/plants', (request, response) => {
  const readable = getAuth(request).filter('Plant:read'); // with a database: toPrisma(readable), toKnex(readable), …
  response.json(plants.filter((plant) => matches(readable, plant)));
});
app.post('/plants/:id/water', requirePermission('Plant:water', { load }), (request, response) => {
  const plant = getAuth(request).resource;
  plant.watered += 1;
  response.json(plant);
});
app.get('/page.js', (request, response) => response.type('js').send(page.outputFiles[0].text));
app.get('/', (request, response) => {
  response
    .type('html')
    .send('<!doctype html><title>Plants</title><div id="shop"></div><script type="module" src="/page.js"></script>');
});

const server = app.listen(Number(PORT), () => console.log(`http://localhost:${PORT}`));
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  shop.usher.close().finally(() => process.exit(0));
});
