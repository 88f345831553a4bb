//! Sign-in with other providers.
