//! Checks that the issuer responds under its own name and publishes the keys of this database.

use std::time::Duration;

use serde_json::Value;

use super::Finding;
use usher_config::{Config, RunMode};
use usher_protocol::endpoints;

/// The timeout of a request.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest document; those of the server are shorter.
const LONGEST: usize = 1024 * 1024;

/// The findings. `kids` are the keys in the database, if it could be read.
pub async fn examine(config: &Config, kids: Option<&[String]>) -> Vec<Finding> {
    let issuer = config.server.issuer.as_str();
    let url = config.server.issuer.at(endpoints::OPENID_CONFIGURATION);
    let tried = format!("GET {url}");
    let metadata = match fetch(config, &url).await {
        Ok(metadata) => metadata,
        Err(why) => {
            let remedy = match config.profile {
                RunMode::Dev => "start `usher dev`, or set issuer to where it runs",
                RunMode::Serve => "start `usher serve`; check DNS, the proxy in front, and that it passes Host on",
            };
            return vec![Finding::bad("issuer", tried, why, remedy)];
        }
    };
    let said = metadata["issuer"].as_str().unwrap_or_default();
    if said != issuer {
        let found = format!("says that it is {said:?}, not {issuer:?}");
        return vec![Finding::bad("issuer", tried, found, "set issuer to the address that people use, exactly")];
    }
    let mut findings = vec![Finding::good("issuer", tried, "answers under its own name")];
    if let Some(kids) = kids {
        let at = metadata["jwks_uri"].as_str().unwrap_or_default();
        findings.push(compare(at, fetch(config, at).await, kids));
    }
    findings
}

fn compare(url: &str, fetched: Result<Value, String>, kids: &[String]) -> Finding {
    let tried = format!("GET {url}");
    let remedy = "look whether another server answers there, or wait a minute after a rotation";
    let set = match fetched {
        Ok(set) => set,
        Err(why) => return Finding::bad("jwks", tried, why, remedy),
    };
    let published = |keys: &Vec<Value>| keys.iter().filter_map(|key| key["kid"].as_str().map(str::to_owned)).collect();
    let mut served: Vec<String> = set["keys"].as_array().map(published).unwrap_or_default();
    let mut kept = kids.to_vec();
    served.sort_unstable();
    kept.sort_unstable();
    if served == kept {
        return Finding::good("jwks", tried, format!("publishes the {} keys of the database", kept.len()));
    }
    let found = format!("publishes {} keys, and not those {} of the database", served.len(), kept.len());
    Finding::bad("jwks", tried, found, remedy)
}

/// A JSON document of the server, or why it cannot be fetched.
async fn fetch(config: &Config, url: &str) -> Result<Value, String> {
    let builder = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    let builder = if config.server.issuer.is_loopback() { builder.no_proxy() } else { builder };
    let client = builder.build().map_err(|error| error.to_string())?;
    let mut answer = client.get(url).send().await.map_err(|error| in_words(&error))?;
    if !answer.status().is_success() {
        return Err(format!("answers {}", answer.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| in_words(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err("answers more than 1 MiB".to_owned());
        }
    }
    serde_json::from_slice(&body).map_err(|_| "answers no JSON".to_owned())
}

fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("does not answer within {} s", PATIENCE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("does not answer: {cause}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::FindingLevel;
    use super::*;

    #[test]
    fn the_published_keys_must_be_those_of_the_database() {
        let kids = ["a".to_owned(), "b".to_owned()];
        let verdict = |fetched| compare("http://localhost/jwks", fetched, &kids).verdict;
        assert_eq!(verdict(Ok(json!({"keys": [{"kid": "b"}, {"kid": "a"}]}))), FindingLevel::Good);
        for other in [json!({"keys": [{"kid": "b"}]}), json!({"keys": 7}), json!([]), json!(null)] {
            assert_eq!(verdict(Ok(other)), FindingLevel::Bad);
        }
        assert_eq!(verdict(Err("answers 500".into())), FindingLevel::Bad);
    }
}
