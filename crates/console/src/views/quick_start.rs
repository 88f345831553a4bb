//! Code samples with a client's real values.

mod stacks;

use std::fmt::Write as _;

use stacks::{SPA, StackValues, WEB};
use usher_domain::urls;
use usher_protocol::endpoints;

/// A code sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// Its name in URLs.
    pub key: &'static str,
    /// The tool it is for.
    pub title: &'static str,
    /// The text.
    pub code: String,
    /// How the tool is installed.
    pub install: &'static str,
    /// The file that the text belongs to.
    pub file: &'static str,
    /// The guide, if there is one.
    pub guide_url: Option<String>,
    /// How the redirect URI ends, if the tool decides that.
    pub callback: Option<&'static str>,
}

/// Samples for a client of this `kind`, for each stack that it may run on. Without a `secret` they use the name of an
/// environment variable.
pub fn snippets(
    issuer: &str,
    client_id: &str,
    secret: Option<&str>,
    redirect_uri: Option<&str>,
    kind: &str,
) -> Vec<Snippet> {
    let redirect_uri = redirect_uri.unwrap_or("http://localhost:3000/callback");
    let curl = curl(issuer, client_id, secret, redirect_uri, kind);
    let node = openid_client(issuer, client_id, secret, redirect_uri, kind);
    let mut all = vec![
        Snippet { key: "curl", title: "curl", code: curl, ..Snippet::default() },
        Snippet {
            key: "openid-client",
            title: "Node.js",
            code: node,
            install: "npm install openid-client",
            file: "app.mjs",
            guide_url: Some(urls::document("guides/openid-client")),
            callback: None,
        },
    ];
    let stacks = match kind {
        "web" => WEB,
        "spa" => SPA,
        _ => &[],
    };
    let values = StackValues { issuer, client_id, secret, redirect_uri };
    all.extend(stacks.iter().map(|stack| Snippet {
        key: stack.key,
        title: stack.title,
        code: (stack.code)(&values),
        install: stack.install,
        file: stack.file,
        guide_url: Some(urls::document(&format!("guides/{}", stack.guide))),
        callback: stack.callback,
    }));
    all
}

fn curl(issuer: &str, client_id: &str, secret: Option<&str>, redirect_uri: &str, kind: &str) -> String {
    let at = |path: &str| shell(&format!("{issuer}{path}"));
    let id = shell(client_id);
    let credentials = secret
        .map_or_else(|| format!("{id}:\"$USHER_CLIENT_SECRET\""), |secret| shell(&format!("{client_id}:{secret}")));
    let token = at(endpoints::TOKEN);
    match kind {
        "machine" => {
            format!("curl {token} \\\n  -u {credentials} \\\n  -d grant_type=client_credentials")
        }
        "device" => {
            let device = at(endpoints::DEVICE_AUTHORIZATION);
            format!(
                "curl {device} \\\n  --data-urlencode client_id={id} \\\n  --data-urlencode scope='openid profile email'"
            )
        }
        _ => {
            let mut code = format!("curl {token} \\\n");
            match kind {
                "web" => writeln!(code, "  -u {credentials} \\"),
                _ => writeln!(code, "  --data-urlencode client_id={id} \\"),
            }
            .unwrap_or_default();
            let redirect_uri = shell(redirect_uri);
            code + &format!(
                "  -d grant_type=authorization_code \\\n  --data-urlencode redirect_uri={redirect_uri} \\\n  \
                 --data-urlencode code=\"$CODE\" \\\n  --data-urlencode code_verifier=\"$VERIFIER\""
            )
        }
    }
}

fn openid_client(issuer: &str, client_id: &str, secret: Option<&str>, redirect_uri: &str, kind: &str) -> String {
    let public = !matches!(kind, "web" | "machine");
    let secret = match secret {
        _ if public => "undefined, client.None()".to_owned(),
        None => "process.env.USHER_CLIENT_SECRET".to_owned(),
        Some(secret) => script(secret),
    };
    let options = match (issuer.starts_with("http://"), public) {
        (false, _) => "",
        (true, true) => ",\n  { execute: [client.allowInsecureRequests] }",
        (true, false) => ", undefined,\n  { execute: [client.allowInsecureRequests] }",
    };
    let (issuer, id) = (script(issuer), script(client_id));
    let head = format!(
        "import * as client from 'openid-client'\n\nconst config = await client.discovery(\n  \
         new URL({issuer}),\n  {id},\n  {secret}{options},\n)\n"
    );
    head + &match kind {
        "machine" => "\nconst tokens = await client.clientCredentialsGrant(config)\n".to_owned(),
        "device" => {
            "\nconst device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile email' })\n\
             console.log(device.verification_uri_complete)\n\
             const tokens = await client.pollDeviceAuthorizationGrant(config, device)\n"
                .to_owned()
        }
        _ => code_flow(redirect_uri),
    }
}

fn code_flow(redirect_uri: &str) -> String {
    let redirect_uri = script(redirect_uri);
    format!(
        "\nconst verifier = client.randomPKCECodeVerifier()\nconst state = client.randomState()\n\
         const url = client.buildAuthorizationUrl(config, {{\n  redirect_uri: {redirect_uri},\n  \
         scope: 'openid profile email',\n  code_challenge: await client.calculatePKCECodeChallenge(verifier),\n  \
         code_challenge_method: 'S256',\n  state,\n}})\n// send the browser to `url`; when it is back at the redirect URI:\n\
         const tokens = await client.authorizationCodeGrant(config, currentUrl, {{\n  \
         pkceCodeVerifier: verifier, expectedState: state,\n}})\n"
    )
}

/// A word quoted for a POSIX shell.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A JavaScript string literal.
fn script(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => {
                write!(quoted, "\\u{{{:x}}}", u32::from(c)).unwrap_or_default();
            }
            c => quoted.push(c),
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_holds_the_real_values() {
        for snippet in &snippets("https://id.test", "abc", Some("s3cret"), Some("https://a.test/cb"), "web")[..2] {
            for value in ["https://id.test", "abc", "s3cret", "https://a.test/cb"] {
                assert!(snippet.code.contains(value), "{value} in {}", snippet.code);
            }
        }
    }

    #[test]
    fn a_public_client_is_shown_no_secret() {
        for kind in ["spa", "native", "device"] {
            assert!(snippets("http://localhost:8080", "abc", None, None, "web").len() > 12);
            for snippet in snippets("http://localhost:8080", "abc", None, None, kind) {
                assert!(!snippet.code.contains("SECRET"), "{}", snippet.code);
            }
        }
    }

    #[test]
    fn values_cannot_leave_their_quotes() {
        assert_eq!(shell("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(script("a'\\\n</script>"), r"'a\'\\\u{a}</script>'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn only_a_plain_issuer_allows_insecure_requests() {
        let node = |issuer| snippets(issuer, "abc", None, None, "web")[1].code.clone();
        assert!(node("http://localhost:8080").contains("allowInsecureRequests"));
        assert!(!node("https://id.test").contains("allowInsecureRequests"));
    }
}
