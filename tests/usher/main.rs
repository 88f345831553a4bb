//! The whole house, tested from outside.

mod architecture;
mod http;
