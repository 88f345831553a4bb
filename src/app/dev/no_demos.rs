//! The demos of a binary that was built without the feature `demo`: none.

use tokio::task::JoinSet;

use crate::app::shutdown::Shutdown;

/// The demos: none.
pub enum Demos {}

impl Demos {
    /// Binds nothing.
    ///
    /// # Errors
    /// Never.
    #[expect(clippy::unused_async, reason = "with demos there is something to wait for")]
    pub async fn bind(_: &usher_config::DemoSettings) -> anyhow::Result<Option<Self>> {
        Ok(None)
    }

    /// See `demos.rs`.
    pub const fn urls(&self) -> &[String; 2] {
        match *self {}
    }

    /// See `demos.rs`.
    pub const fn clients(&self) -> [(&'static str, &'static str); 2] {
        match *self {}
    }

    /// See `demos.rs`.
    pub fn start(self, _: &str, _: [String; 2], _: &mut JoinSet<anyhow::Result<()>>, _: &Shutdown) {
        match self {}
    }
}
