//! The HTTP server, tested byte by byte over real sockets.

mod door;
mod hosts;
mod lifetimes;
mod limits;
mod sources;
mod tls;
