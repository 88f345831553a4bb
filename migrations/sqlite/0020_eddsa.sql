-- Keys of a fourth algorithm: Ed25519. SQLite changes a check by making the table anew.
create table signing_key_new (
    kid text primary key,
    alg text not null check (alg in ('RS256', 'ES256', 'PS256', 'EdDSA')),
    created_at integer not null,
    active_at integer,
    retired_at integer,
    expires_at integer,
    public_jwk text not null,
    sealed_private blob not null,
    pruned_at integer
) strict;
insert into signing_key_new (kid, alg, created_at, active_at, retired_at, expires_at, public_jwk, sealed_private, pruned_at)
    select kid, alg, created_at, active_at, retired_at, expires_at, public_jwk, sealed_private, pruned_at from signing_key;
drop table signing_key;
alter table signing_key_new rename to signing_key;
