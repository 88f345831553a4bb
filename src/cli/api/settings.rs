//! The settings of an API as options of `usher api create` and `usher api update`.

use std::str::FromStr;

use anyhow::anyhow;
use clap::Args;

use usher_domain::oauth::api::{ApiScope, ApiSettings};

/// One option for each setting but the name. Absent ones stay unchanged.
#[derive(Debug, Default, Args)]
pub(super) struct ApiSettingsArgs {
    /// A scope with its description for the consent page; repeatable
    #[arg(long, value_name = "NAME[=DESCRIPTION]")]
    scope: Vec<ScopeArg>,
    /// A role of the project that its tokens carry, `*` for all; repeatable [default: *]
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// A permission that its tokens carry: Order:read, Order:* or *; repeatable [default: none]
    #[arg(long, value_name = "PERMISSION")]
    permission: Vec<String>,
    /// Lifetime of its access tokens; 0: that of the installation
    #[arg(long, value_name = "SECONDS")]
    token_lifetime: Option<u32>,
    /// Algorithm of its access tokens: RS256, ES256, PS256 or EdDSA; an empty text: that of the client
    #[arg(long, value_name = "ALG")]
    alg: Option<String>,
    /// Format of its access tokens
    #[arg(long, value_name = "FORMAT", value_parser = ["jwt", "opaque"])]
    token_format: Option<String>,
    /// Whether clients that register themselves may ask for it, with the person's consent [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    self_registered_clients: Option<bool>,
}

/// `orders:read=See your orders`. An empty text empties the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ScopeArg(Option<ApiScope>);

impl FromStr for ScopeArg {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, description) = text.split_once('=').unwrap_or((text, ""));
        let scope = ApiScope { name: name.to_owned(), description: description.to_owned() };
        Ok(Self((!text.is_empty()).then_some(scope)))
    }
}

/// The settings with the changes that the options name.
pub(super) fn changed(
    mut settings: ApiSettings,
    name: Option<String>,
    options: ApiSettingsArgs,
) -> anyhow::Result<ApiSettings> {
    let given = |list: Vec<String>| list.into_iter().filter(|item| !item.is_empty()).collect();
    if let Some(name) = name {
        settings.name = name;
    }
    if !options.scope.is_empty() {
        settings.scopes = options.scope.into_iter().filter_map(|scope| scope.0).collect();
    }
    if !options.role.is_empty() {
        settings.roles = given(options.role);
    }
    if !options.permission.is_empty() {
        settings.permissions = given(options.permission);
    }
    if let Some(seconds) = options.token_lifetime {
        settings.access_token_seconds = Some(seconds).filter(|seconds| *seconds > 0);
    }
    if let Some(alg) = options.alg {
        settings.signing_alg = Some(alg).filter(|alg| !alg.is_empty());
    }
    if let Some(format) = options.token_format {
        settings.token_format = format.parse().map_err(|_| anyhow!("the format must be jwt or opaque"))?;
    }
    if let Some(open) = options.self_registered_clients {
        settings.self_registered_clients = open;
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use usher_domain::oauth::api::TokenFormat;

    #[derive(Parser)]
    struct ApiTestCli {
        #[command(flatten)]
        settings: ApiSettingsArgs,
    }

    fn with(settings: ApiSettings, options: &[&str]) -> ApiSettings {
        let typed = ApiTestCli::parse_from([&["api"], options].concat());
        changed(settings, None, typed.settings).unwrap()
    }

    #[test]
    fn an_option_replaces_one_setting_and_the_others_stay() {
        let before =
            with(ApiSettings::named("Orders"), &["--scope", "read=See = all", "--scope", "write", "--role", "a"]);
        let scope = |name: &str, description: &str| ApiScope { name: name.into(), description: description.into() };
        assert_eq!(before.scopes, [scope("read", "See = all"), scope("write", "")]);
        let after = with(before.clone(), &["--token-format", "opaque", "--token-lifetime", "60", "--alg", "RS256"]);
        assert_eq!((after.token_format, after.access_token_seconds), (TokenFormat::Opaque, Some(60)));
        assert_eq!((&after.scopes, &after.roles), (&before.scopes, &before.roles));
        let open = with(after, &["--self-registered-clients"]);
        assert!(open.self_registered_clients && open.token_format == TokenFormat::Opaque);
        assert!(!with(open, &["--self-registered-clients=false"]).self_registered_clients);
    }

    #[test]
    fn an_empty_text_empties_a_list_and_zero_removes_the_lifetime() {
        let full = ["--scope", "read", "--permission", "Order:*", "--token-lifetime", "60", "--alg", "ES256"];
        let before = with(ApiSettings::named("Orders"), &full);
        let empty = ["--scope", "", "--role", "", "--permission", "", "--token-lifetime", "0", "--alg", ""];
        assert_eq!(with(before, &empty), ApiSettings { roles: Vec::new(), ..ApiSettings::named("Orders") });
    }
}
