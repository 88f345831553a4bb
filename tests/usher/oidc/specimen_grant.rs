//! One row is all that a new grant type needs: this one exists in this test only.

use std::sync::{Arc, LazyLock};

use serde_json::json;
use usher::app::Extensions;
use usher_config::RunMode;
use usher_domain::oauth::client::ClientType;
use usher_flows::{GRANTS, GrantHandler, GrantRequest, GrantTypeRow};
use usher_protocol::error::OAuthError;
use usher_protocol::grant_type::GrantType;
use usher_protocol::token::{TokenForm, TokenResponse};

use crate::harness::database::TestDatabase;
use crate::harness::server::TestServer;

const NAME: &str = "urn:example:specimen";
const ROW: GrantTypeRow =
    GrantTypeRow { grant_type: GrantType { name: NAME, confidential: true }, make: |_| Arc::new(SpecimenGrant) };

/// The built-in grant types, and the specimen.
static ALL: LazyLock<Vec<GrantTypeRow>> = LazyLock::new(|| [GRANTS, &[ROW]].concat());

struct SpecimenGrant;

impl GrantHandler for SpecimenGrant {
    fn read<'a>(&'a self, form: &TokenForm<'_>) -> Result<GrantRequest<'a>, OAuthError> {
        let colour = form.require("colour")?.to_owned();
        Ok(Box::new(move |call| {
            let access_token = format!("{colour} token of {}", call.client.id);
            let response = TokenResponse {
                access_token,
                issued_token_type: None,
                token_type: "Bearer",
                expires_in: 60,
                scope: None,
                refresh_token: None,
                id_token: None,
            };
            Box::pin(async move { Ok(response) })
        }))
    }
}

#[tokio::test]
async fn the_metadata_the_registration_and_the_token_endpoint_know_a_grant_type_by_its_row() {
    let extensions = Extensions { grants: &ALL, ..Extensions::BUILT_IN };
    let server = TestServer::with_extensions(extensions, RunMode::Dev, TestDatabase::sqlite().await, &[]).await;
    let metadata = server.http.get(format!("{}/.well-known/openid-configuration", server.url)).send().await.unwrap();
    let metadata: serde_json::Value = metadata.json().await.unwrap();
    let names: Vec<&str> = ALL.iter().map(|row| row.grant_type.name).collect();
    assert_eq!(metadata["grant_types_supported"], json!(names));

    let client = server.client(ClientType::Machine, |client| client.grant_types.push(NAME.to_owned())).await;
    let answer = server.call(&client, "/oauth2/token", &[("grant_type", NAME), ("colour", "blue")]).await;
    assert_eq!(answer.text("access_token"), format!("blue token of {}", client.client.id));
    let answer = server.call(&client, "/oauth2/token", &[("grant_type", NAME)]).await;
    assert_eq!(answer.error(), "invalid_request");
    let other = server.client(ClientType::Machine, |_| {}).await;
    let answer = server.call(&other, "/oauth2/token", &[("grant_type", NAME), ("colour", "blue")]).await;
    assert_eq!(answer.error(), "unauthorized_client");

    let mut public = ClientType::Spa.defaults();
    public.grant_types.push(NAME.to_owned());
    let faults = public.check(&ALL.iter().map(|row| row.grant_type).collect::<Vec<_>>()).unwrap_err();
    assert!(faults.iter().any(|fault| fault.member == "grant_types" && fault.fault.contains("keeps a secret")));
}
