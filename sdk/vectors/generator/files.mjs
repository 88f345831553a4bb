import { readFileSync } from 'node:fs';

/** A file of the policy vectors, which the server's own tests write. */
export const policyFile = (name) => JSON.parse(readFileSync(new URL(`../policy/${name}`, import.meta.url), 'utf8'));

/** The time at which every case is asked, unless it names another, in seconds since the epoch. */
export const NOW = 1_795_000_000;
export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'https://api.shop.example';
export const PROJECT = '01980000-0000-7000-8000-000000000000';
