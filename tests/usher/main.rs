//! The whole house, tested from outside.

mod architecture;
mod harness;
mod migrations;
mod storage;
