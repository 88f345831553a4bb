// The vectors that every SDK answers alike.
import { readFileSync } from 'node:fs';

export const vectors = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
