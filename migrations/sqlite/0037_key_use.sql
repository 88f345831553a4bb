-- Tokens of keys that no longer sign: which client last presented one, and when.
create table key_use (
    kid text not null references signing_key (kid) on delete cascade,
    client_id text not null references client (id) on delete cascade,
    last_used_at integer not null,
    primary key (kid, client_id)
) strict, without rowid;
create index key_use_by_client on key_use (client_id);
create index key_use_by_time on key_use (last_used_at, kid, client_id);
