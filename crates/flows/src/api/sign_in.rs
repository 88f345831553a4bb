//! Both steps of a sign-in in one request, for clients without pages.

use std::sync::Arc;
use usher_accounts::core::Device;
use usher_accounts::error::FlowError;
use usher_accounts::login::accounts::Browser;
use usher_accounts::login::finish_sign_in::SignedIn;
use usher_accounts::login::second_factor::SecondFactors;
use usher_accounts::login::sign_in::Attempt;
use usher_accounts::login::sign_in::PasswordSignIn;

/// Sign-in by the session API.
pub struct SessionApi {
    pub(crate) password_sign_in: Arc<PasswordSignIn>,
    pub(crate) second_factors: Arc<SecondFactors>,
}

impl SessionApi {
    /// Signs a user in by password and, if a second factor is required and a code is given, by that code. Without a
    /// code the result is that the second factor is required.
    ///
    /// # Errors
    /// Those of [`PasswordSignIn::sign_in`] and [`SecondFactors::give_code`].
    pub async fn sign_in_at_once(
        &self,
        attempt: Attempt,
        code: Option<&str>,
        browser: &mut Browser,
        device: &Device,
    ) -> Result<SignedIn, FlowError> {
        match (self.password_sign_in.sign_in(attempt, browser, device).await?, code) {
            (SignedIn::SecondFactor { pending }, Some(code)) => {
                self.second_factors.give_code(&pending, code, false, browser, device).await
            }
            (arrived, _) => Ok(arrived),
        }
    }
}
