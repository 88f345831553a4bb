//! Password hashes as other products export them, as texts that Usher can compare.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::Deserialize;
use serde_json::Value;
use usher_accounts::credentials::password_pool::check_imported_hash;
use usher_password_hashes::{HashFault, Pbkdf2Digest, Pbkdf2Hash};

/// A hash that is a text already.
pub fn of_text(text: &str) -> Result<String, HashFault> {
    check_imported_hash(text).map(|()| text.to_owned())
}

/// The password among the credentials of Keycloak; `None` if there is none.
pub fn of_keycloak(credentials: &Value) -> Option<Result<String, HashFault>> {
    let all = credentials.as_array()?;
    let password = all.iter().find(|one| one.get("type").and_then(Value::as_str) == Some("password"))?;
    Some(keycloak(password).ok_or(HashFault::Malformed).and_then(|hash| hash))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    #[serde(default)]
    hash_iterations: Option<u64>,
    algorithm: String,
    #[serde(default)]
    additional_parameters: Value,
}

#[derive(Deserialize)]
struct SecretData {
    value: String,
    salt: String,
}

fn keycloak(password: &Value) -> Option<Result<String, HashFault>> {
    // Both are JSON within a text.
    let data: CredentialData = serde_json::from_str(password.get("credentialData")?.as_str()?).ok()?;
    let secret: SecretData = serde_json::from_str(password.get("secretData")?.as_str()?).ok()?;
    if data.algorithm == "argon2" {
        return Some(keycloak_argon2(&data, &secret).ok_or(HashFault::Malformed).and_then(|text| of_text(&text)));
    }
    let digest = Pbkdf2Digest::by_name(&data.algorithm);
    let hash = digest
        .ok_or(HashFault::Unsupported)
        .and_then(|digest| Pbkdf2Hash::of(digest, data.hash_iterations.unwrap_or(0), &secret.salt, &secret.value));
    Some(hash.map(|hash| hash.to_string()))
}

/// Its parameters are lists of texts.
fn keycloak_argon2(data: &CredentialData, secret: &SecretData) -> Option<String> {
    let parameter = |name| data.additional_parameters.get(name)?.get(0)?.as_str();
    let number = |name| parameter(name)?.parse::<u32>().ok();
    let kind = match parameter("type")? {
        "id" => "argon2id",
        "i" => "argon2i",
        "d" => "argon2d",
        _ => return None,
    };
    let version = if parameter("version").unwrap_or("1.3") == "1.3" { 19 } else { 16 };
    let again = |text: &str| STANDARD.decode(text).ok().map(|bytes| STANDARD_NO_PAD.encode(bytes));
    let (salt, output) = (again(&secret.salt)?, again(&secret.value)?);
    let (memory, lanes) = (number("memory")?, number("parallelism")?);
    let passes = u32::try_from(data.hash_iterations?).ok()?;
    Some(format!("${kind}$v={version}$m={memory},t={passes},p={lanes}${salt}${output}"))
}

/// `custom_password_hash` of Auth0, if its value is a text that names its parameters.
pub fn of_auth0(custom: &Value) -> Result<String, HashFault> {
    let hash = custom.get("hash").ok_or(HashFault::Malformed)?;
    let value = hash.get("value").and_then(Value::as_str).ok_or(HashFault::Malformed)?;
    match custom.get("algorithm").and_then(Value::as_str) {
        // The only other encoding of their texts is UTF-8 as well. A salt of its own would be lost.
        Some("bcrypt" | "argon2" | "pbkdf2" | "scrypt") if custom.get("salt").is_none() => of_text(value),
        _ => Err(HashFault::Unsupported),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_of_keycloak_is_one_text() {
        let credentials = |algorithm: &str, more: &str| {
            json!([
                { "type": "otp", "secretData": "{}", "credentialData": "{}" },
                {
                    "type": "password",
                    "secretData": r#"{"value":"AAECAwQFBgcICQoLDA0ODw==","salt":"c2FsdHNhbHQ=","additionalParameters":{}}"#,
                    "credentialData": format!(r#"{{"hashIterations":5,"algorithm":"{algorithm}"{more}}}"#),
                },
            ])
        };
        let pbkdf2 = of_keycloak(&credentials("pbkdf2-sha512", ""));
        assert_eq!(pbkdf2, Some(Ok("$pbkdf2-sha512$i=5,l=16$c2FsdHNhbHQ$AAECAwQFBgcICQoLDA0ODw".to_owned())));
        let more = r#","additionalParameters":{"hashLength":["16"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}"#;
        let argon2 = of_keycloak(&credentials("argon2", more));
        assert_eq!(argon2, Some(Ok("$argon2id$v=19$m=7168,t=5,p=1$c2FsdHNhbHQ$AAECAwQFBgcICQoLDA0ODw".to_owned())));
        assert_eq!(of_keycloak(&credentials("argon2", "")), Some(Err(HashFault::Malformed)));
        assert_eq!(of_keycloak(&credentials("md5", "")), Some(Err(HashFault::Unsupported)));
        assert_eq!(of_keycloak(&json!([{ "type": "password" }])), Some(Err(HashFault::Malformed)));
        assert_eq!((of_keycloak(&json!([])), of_keycloak(&json!({}))), (None, None));
    }

    #[test]
    fn a_custom_hash_of_auth0_is_taken_if_it_is_complete() {
        let bcrypt = "$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        let custom = json!({ "algorithm": "bcrypt", "hash": { "value": bcrypt } });
        assert_eq!(of_auth0(&custom), Ok(bcrypt.to_owned()));
        let salted = json!({ "algorithm": "bcrypt", "hash": { "value": bcrypt }, "salt": { "value": "x" } });
        assert_eq!(of_auth0(&salted), Err(HashFault::Unsupported));
        assert_eq!(of_auth0(&json!({ "algorithm": "md5", "hash": { "value": "x" } })), Err(HashFault::Unsupported));
        assert_eq!(of_auth0(&json!(1)), Err(HashFault::Malformed));
    }
}
