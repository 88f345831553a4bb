-- Keys of a fourth algorithm: Ed25519.
alter table signing_key drop constraint signing_key_alg_check;
alter table signing_key add constraint signing_key_alg_check check (alg in ('RS256', 'ES256', 'PS256', 'EdDSA'));
