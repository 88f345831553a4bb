//! What the one door out lets through.

use std::path::PathBuf;

use ipnet::IpNet;

use crate::config::setting::{Fallback, settings};

settings! {
    /// Exceptions to the rule that Usher calls public addresses alone.
    Outbound {
        /// Private address ranges that Usher may call, separated by commas.
        "outbound.allow" => allow: Vec<IpNet> = Fallback::ByProfile { dev: "127.0.0.0/8", serve: "" };
        /// Certificates of authorities trusted beside the usual ones, PEM.
        "outbound.extra_roots" => extra_roots: Option<PathBuf> = Fallback::Nothing;
    }
}
