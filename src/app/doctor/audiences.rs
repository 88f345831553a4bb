//! Checks that every audience that a client names is an API that it may use.

use super::Finding;
use usher_accounts::apis::audience_conflicts;
use usher_config::Config;
use usher_storage::Store;

/// One finding for each audience that no token has, or one that all is well.
pub async fn examine(config: &Config, store: &Store) -> Vec<Finding> {
    let tried = "comparing the audiences of clients with APIs";
    let conflicts = match audience_conflicts(store, config.server.issuer.as_str()).await {
        Ok(conflicts) => conflicts,
        Err(error) => return vec![Finding::bad("audiences", tried, error.to_string(), "see `database` above")],
    };
    if conflicts.is_empty() {
        return vec![Finding::good("audiences", tried, "each is an API that its clients may use")];
    }
    let found = conflicts.into_iter().map(|conflict| {
        let clients: Vec<_> = conflict.clients.keys().map(ToString::to_string).collect();
        let what = format!("{} is named by {}, whose tokens do not have it", conflict.audience, clients.join(", "));
        let remedy = match conflict.owner {
            None => {
                "decide whose it is: `usher api create`, and `usher api allow` for clients of other projects".to_owned()
            }
            Some(owner) => format!("it is an API of project {owner}: `usher api allow`, or `usher client update`"),
        };
        Finding::bad("audiences", tried, what, remedy)
    });
    found.collect()
}
