//! A program that was built without the feature `demo` has no demo applications.

use tokio::task::JoinSet;

use super::shutdown::Shutdown;

/// The demos: there are none.
pub enum Demos {}

impl Demos {
    /// Binds nothing.
    ///
    /// # Errors
    /// Never.
    #[expect(clippy::unused_async, reason = "with demos there is something to wait for")]
    pub async fn bind(_: &usher_config::Demo) -> anyhow::Result<Option<Self>> {
        Ok(None)
    }

    /// See the program that has them.
    pub const fn urls(&self) -> &[String; 2] {
        match *self {}
    }

    /// See the program that has them.
    pub const fn clients(&self) -> [(&'static str, &'static str); 2] {
        match *self {}
    }

    /// See the program that has them.
    pub fn start(self, _: &str, _: [String; 2], _: &mut JoinSet<anyhow::Result<()>>, _: &Shutdown) {
        match self {}
    }
}
