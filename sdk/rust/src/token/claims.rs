use serde_json::{Map, Value as Json};

use super::Algorithm;
use super::jws::is_base64url;
use crate::refusal::Reason;

/// The largest number that every language reads exactly from JSON.
const EXACT: i64 = 1 << 53;

/// Claims that every access token has (RFC 9068 §2.2).
const NEEDED: [&str; 7] = ["iss", "aud", "sub", "client_id", "exp", "iat", "jti"];

/// Which tokens are accepted.
#[derive(Debug, Clone)]
pub(crate) struct TokenOptions {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) project: Option<String>,
    /// The accepted clients; `None` if they are not known.
    pub(crate) clients: Option<Vec<String>>,
    pub(crate) algorithms: Vec<Algorithm>,
    /// In seconds.
    pub(crate) clock_skew: i64,
}

/// The claims of an access token. Times are seconds since the epoch.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    issuer: String,
    audience: Vec<String>,
    not_before: Option<i64>,
    project: Option<String>,
    pub(crate) subject: String,
    pub(crate) client_id: String,
    pub(crate) id: String,
    pub(crate) expires: i64,
    pub(crate) issued_at: i64,
    pub(crate) scope: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) grant_id: Option<String>,
    pub(crate) acr: Option<String>,
    pub(crate) auth_time: Option<i64>,
    /// The position of the feed at issue.
    pub(crate) urv: Option<i64>,
    pub(crate) kid: String,
    /// The key that the token is bound to, by its thumbprint (RFC 9449 §6.1).
    pub(crate) jkt: Option<String>,
    /// Every claim, `scope` as a list.
    pub(crate) all: Map<String, Json>,
}

impl Claims {
    pub(super) fn read(mut all: Map<String, Json>, kid: String) -> Result<Self, Reason> {
        if NEEDED.iter().any(|name| !all.contains_key(*name)) {
            return Err(Reason::ClaimMissing);
        }
        let reader = ClaimReader(&all);
        let scope: Vec<String> = match reader.text("scope")? {
            Some(scope) => scope.split(' ').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
            None => vec![],
        };
        let claims = Self {
            issuer: reader.needed("iss")?,
            audience: reader.audience()?,
            subject: reader.needed("sub")?,
            client_id: reader.needed("client_id")?,
            expires: reader.time("exp")?.ok_or(Reason::ClaimMissing)?,
            issued_at: reader.time("iat")?.ok_or(Reason::ClaimMissing)?,
            id: reader.needed("jti")?,
            not_before: reader.time("nbf")?,
            project: reader.text("project_id")?,
            roles: reader.texts("roles")?.unwrap_or_default(),
            session_id: reader.text("sid")?,
            grant_id: reader.text("gid")?,
            acr: reader.text("acr")?,
            auth_time: reader.time("auth_time")?,
            urv: reader.position()?,
            scope: scope.clone(),
            kid,
            jkt: all.get("cnf").and_then(confirmation),
            all: Map::new(),
        };
        all.insert("scope".to_owned(), scope.into());
        Ok(Self { all, ..claims })
    }

    /// Whether the token itself says that it is for the project, or only certain clients are accepted. Tokens of former
    /// versions of Usher do not name the project.
    pub(crate) fn proves_client(&self, options: &TokenOptions) -> bool {
        options.clients.is_some() || self.project.is_some() && self.project == options.project
    }

    /// Whether a client got the token for itself (RFC 9068 §2.2).
    pub(crate) fn is_machine(&self) -> bool {
        self.subject == self.client_id
    }

    pub(super) fn check(&self, options: &TokenOptions, now: i64) -> Result<(), Reason> {
        let skew = options.clock_skew;
        let foreign = |project: &String| options.project.as_ref().is_some_and(|own| own != project);
        let refused = |clients: &Vec<String>| !clients.contains(&self.client_id);
        let failed = [
            (self.issuer != options.issuer, Reason::IssuerWrong),
            (!self.audience.contains(&options.audience), Reason::AudienceWrong),
            (now >= self.expires.saturating_add(skew), Reason::TokenExpired),
            (self.not_before.is_some_and(|time| time > now + skew), Reason::TokenNotYetValid),
            (self.issued_at > now + skew, Reason::TokenNotYetValid),
            (self.all.contains_key("cnf") && self.jkt.is_none(), Reason::SenderConstrained),
            (self.project.as_ref().is_some_and(foreign), Reason::ProjectWrong),
            (options.clients.as_ref().is_some_and(refused), Reason::ClientRefused),
        ];
        failed.into_iter().find(|(failed, _)| *failed).map_or(Ok(()), |(_, reason)| Err(reason))
    }
}

/// The thumbprint of a key, and nothing else: proofs of certificates (RFC 8705) are not checked.
fn confirmation(cnf: &Json) -> Option<String> {
    let members = cnf.as_object().filter(|members| members.len() == 1)?;
    let jkt = members.get("jkt")?.as_str()?;
    (jkt.len() == 43 && is_base64url(jkt)).then(|| jkt.to_owned())
}

/// Reads claims. A claim that is null is there, and has the wrong type.
struct ClaimReader<'a>(&'a Map<String, Json>);

impl ClaimReader<'_> {
    fn text(&self, name: &str) -> Result<Option<String>, Reason> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Reason::ClaimInvalid),
        }
    }

    fn needed(&self, name: &str) -> Result<String, Reason> {
        let text = self.text(name)?.ok_or(Reason::ClaimMissing)?;
        if text.is_empty() { Err(Reason::ClaimInvalid) } else { Ok(text) }
    }

    fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Reason> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let items = value.as_array().ok_or(Reason::ClaimInvalid)?;
        let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.map(Some).ok_or(Reason::ClaimInvalid)
    }

    /// One text or a list (RFC 7519 §4.1.3).
    fn audience(&self) -> Result<Vec<String>, Reason> {
        if let Some(Json::String(one)) = self.0.get("aud") {
            return Ok(vec![one.clone()]);
        }
        self.texts("aud")?.ok_or(Reason::ClaimMissing)
    }

    /// Seconds since the epoch (RFC 7519 §2), without their fraction.
    fn time(&self, name: &str) -> Result<Option<i64>, Reason> {
        self.0.get(name).map(|value| whole(value).ok_or(Reason::ClaimInvalid)).transpose()
    }

    fn position(&self) -> Result<Option<i64>, Reason> {
        match self.time("urv")? {
            Some(position) if position < 0 => Err(Reason::ClaimInvalid),
            position => Ok(position),
        }
    }
}

fn whole(value: &Json) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return (-EXACT..=EXACT).contains(&number).then_some(number);
    }
    let number = value.as_f64()?;
    #[expect(clippy::cast_precision_loss, reason = "2⁵³ is exact")]
    let limit = EXACT as f64;
    #[expect(clippy::cast_possible_truncation, reason = "within ±2⁵³, and the fraction is left out")]
    (number.abs() <= limit).then_some(number as i64)
}
