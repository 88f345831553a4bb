//! What every statement and transaction relies on.

mod facts_and_leases;
mod failing;
mod group_commit;
mod query_plans;
mod statements_prepare;
mod sweeps;
mod unreadable;
