//! The message of `usher dev` once it is ready: URLs and credentials.

use std::fmt;
use std::time::Duration;

use super::seed;

/// The contents of the banner. Displayed, it ends with a line break.
#[derive(Debug, Clone)]
pub struct Banner {
    /// The issuer.
    pub issuer: String,
    /// Where data is stored, as text.
    pub data: String,
    /// The database, as text: `sqlite .usher/usher.db`.
    pub database: String,
    /// Was it created at this start?
    pub created: bool,
    /// The number of its migrations.
    pub migrations: usize,
    /// How long start-up took.
    pub took: Duration,
    /// The algorithms of the signing keys.
    pub algs: String,
    /// The source of the master key: a file, or a setting.
    pub sealed_with: String,
    /// The URLs of the demos, if they run.
    pub demos: Option<[String; 2]>,
    /// The names and the origin of the simulated providers, if this binary has them.
    pub simulator: Option<[String; 2]>,
    /// Development features that this binary was built without.
    pub missing: Vec<&'static str>,
    /// The one-time setup link.
    pub setup: String,
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, setup, .. } = self;
        let made = if self.created { "created" } else { "opened" };
        let (version, seconds) = (env!("CARGO_PKG_VERSION"), self.took.as_secs_f32());
        writeln!(f, "  Usher {version} · development mode · {}", self.data)?;
        let migrations = if self.migrations == 1 { "migration" } else { "migrations" };
        let schema = format!("{made}, {} {migrations}", self.migrations);
        row(f, "database", &self.database, &format!("{schema:<30} {seconds:.1} s"))?;
        row(f, "keys", &self.algs, &format!("{made}, sealed with {}", self.sealed_with))?;
        row(f, "mail", "caught, not sent", &format!("{issuer}/dev/mail"))?;
        if let Some([a, b]) = &self.demos {
            row(f, "demo", "two relying apps", &format!("{a}  {b}"))?;
        }
        if let Some([names, origin]) = &self.simulator {
            row(f, "sign-in", names, &format!("simulated, no account needed · {origin}"))?;
        }
        if !self.missing.is_empty() {
            row(f, "without", &self.missing.join(", "), "not part of this build")?;
        }
        let (email, password, client) = (seed::EMAIL, seed::PASSWORD, seed::CLIENT);
        writeln!(f)?;
        match &self.demos {
            Some([a, b]) => {
                writeln!(f, "  1 Try it     open {a} – sign in as {email} / {password}")?;
                writeln!(f, "               then {b} – you are already signed in")?;
            }
            None => writeln!(f, "  1 Try it     open {issuer}/login – sign in as {email} / {password}")?,
        }
        writeln!(f, "  2 Admin      {setup}")?;
        writeln!(f, "               one use, 30 min · new one: `usher admin link`")?;
        writeln!(f, "  3 Your app   issuer {issuer}   client {client}   any http://localhost:* redirect (dev only)")?;
        writeln!(f, "  4 Modules    checks of tokens, revocations and rules inside your app: {issuer}/docs/sdk/start")?;
        writeln!(f, "               examples that run: `make examples` in a clone of Usher")?;
        writeln!(f, "  Docs {issuer}/docs · discovery {issuer}/.well-known/openid-configuration · Ctrl-C stops")
    }
}

fn row(f: &mut fmt::Formatter<'_>, part: &str, what: &str, how: &str) -> fmt::Result {
    writeln!(f, "  ✔ {part:<9} {what:<24} {how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner() -> Banner {
        Banner {
            issuer: "http://localhost:8080".into(),
            data: "data in ./.usher (delete it to start over)".into(),
            database: "sqlite .usher/usher.db".into(),
            created: true,
            migrations: 4,
            took: Duration::from_millis(640),
            algs: "RS256, ES256, PS256, EdDSA".into(),
            sealed_with: ".usher/master.key".into(),
            simulator: Some(["Google, Facebook, X".into(), "http://127.0.0.1:9400".into()]),
            demos: Some(["http://localhost:8081".into(), "http://localhost:8082".into()]),
            missing: Vec::new(),
            setup: "http://localhost:8080/setup/abc".into(),
        }
    }

    #[test]
    fn it_says_where_to_go_and_as_whom() {
        let text = banner().to_string();
        for part in [
            "· development mode · data in ./.usher (delete it to start over)\n",
            "✔ database  sqlite .usher/usher.db   created, 4 migrations          0.6 s\n",
            "✔ keys      RS256, ES256, PS256, EdDSA created, sealed with .usher/master.key\n",
            "✔ mail      caught, not sent         http://localhost:8080/dev/mail\n",
            "✔ sign-in   Google, Facebook, X      simulated, no account needed · http://127.0.0.1:9400\n",
            "1 Try it     open http://localhost:8081 – sign in as ana@example.test / usher-demo\n",
            "then http://localhost:8082 – you are already signed in\n",
            "2 Admin      http://localhost:8080/setup/abc\n",
            "4 Modules    checks of tokens, revocations and rules inside your app: http://localhost:8080/docs/sdk/start\n",
            "examples that run: `make examples` in a clone of Usher\n",
            "Docs http://localhost:8080/docs · discovery http://localhost:8080/.well-known/openid-configuration · Ctrl-C",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
    }

    #[test]
    fn without_demos_none_is_mentioned_and_old_data_is_not_called_new() {
        let text = Banner { demos: None, simulator: None, created: false, ..banner() }.to_string();
        assert!(
            !text.contains("8081")
                && !text.contains("relying apps")
                && !text.contains("Google")
                && !text.contains("created"),
            "{text}"
        );
        assert!(text.contains("opened, 4 migrations") && !text.contains("without"), "{text}");
        let release = Banner { missing: vec!["demo applications", "simulated providers"], demos: None, ..banner() };
        let row = "✔ without   demo applications, simulated providers not part of this build\n";
        assert!(release.to_string().contains(row), "{release}");
        assert!(text.contains("open http://localhost:8080/login – sign in as ana@example.test / usher-demo"));
    }
}
