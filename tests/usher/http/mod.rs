//! The HTTP server, tested byte by byte over real sockets.

mod hosts;
mod lifetimes;
mod limits;
mod running;
mod sources;
mod tls;
