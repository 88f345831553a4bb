//! The signing keys: what signs, what waits, what is published still; rotate all, revoke one.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::key_timeline::{expected_end, timeline};
use crate::views::installation::{KeyConfirm, KeyRow, KeyUseRow, KeysPage};
use usher_accounts::admin::installation::EventNames;
use usher_domain::key::{KeyState, KeyUse, SigningKeyRecord};
use usher_domain::urls::{self, ClientUrls, KeyUrls};
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{AdminPage, ButtonForm, InPath, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_protocol::endpoints;

const ROTATED: Notice = Notice::new("rotated", "keys-rotated");
const REVOKED: Notice = Notice::new("revoked", "key-revoked");
const DAY: u64 = 86_400;

/// GET /console/keys
pub async fn get(page: AdminPage) -> PageResult {
    let usher = &page.app.usher;
    let (keys, rules) = (usher.signing_keys.list_keys().await?, usher.signing_keys.rotation_rules());
    let uses = usher.signing_keys.list_old_key_uses().await?;
    let clients = uses.iter().map(|one| one.client_id.clone()).collect();
    let names = usher.installation.names_of(BTreeSet::new(), clients, BTreeSet::new()).await?;
    let head = page.head(urls::KEYS);
    let mut sorted: Vec<&SigningKeyRecord> = keys.iter().collect();
    sorted.sort_by_key(|key| (key.alg.as_str(), key.state() as u8, std::cmp::Reverse(key.created_at)));
    let view = KeysPage {
        notice: page.notice(&[ROTATED, REVOKED]),
        rotate_days: u32::try_from(rules.rotate_after.as_secs() / DAY).unwrap_or(u32::MAX),
        jwks_url: endpoints::JWKS.to_owned(),
        timeline: timeline(&head, &keys, rules),
        keys: sorted.iter().map(|key| row(&head, key, &keys, rules)).collect(),
        old_uses: uses.iter().map(|one| use_row(&head, one, &names)).collect(),
        page: head,
    };
    page.show(&view)
}

fn use_row(page: &Layout, one: &KeyUse, names: &EventNames) -> KeyUseRow {
    KeyUseRow {
        client: names.clients.get(&one.client_id.0).unwrap_or(&one.client_id.0).clone(),
        url: ClientUrls::of(&one.client_id).page(),
        kid: one.kid.clone(),
        last_used: page.ago(one.last_used_at.0),
    }
}

fn row(
    page: &Layout,
    key: &SigningKeyRecord,
    keys: &[SigningKeyRecord],
    rules: usher_domain::key::RotationRules,
) -> KeyRow {
    let text = match key.state() {
        KeyState::Next => Some("key-signs-from"),
        KeyState::Active => Some("key-signs-until"),
        KeyState::Retired => Some("key-kept-until"),
        KeyState::Pruned => None,
    };
    KeyRow {
        kid: key.kid.clone(),
        alg: key.alg.as_str().to_owned(),
        state: key.state().as_str(),
        published: page.ago(key.created_at.0),
        next: text.map(|text| (text, page.date(expected_end(key, keys, rules).0))),
        revoke_url: KeyUrls::of(&key.kid.as_str()).revoke(),
    }
}

/// GET /console/keys/rotate
pub async fn ask_to_rotate(mut page: AdminPage) -> PageResult {
    let view = KeyConfirm {
        page: page.head(urls::ROTATE_KEYS),
        form: page.form(urls::ROTATE_KEYS),
        back_url: urls::KEYS.to_owned(),
        ..KeyConfirm::default()
    };
    page.show(&view)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    at_once: bool,
}

/// POST /console/keys/rotate
pub async fn rotate(page: AdminPage, PageForm(form): PageForm<RotateForm>) -> PageResult {
    page.app.usher.signing_keys.rotate_keys(form.at_once).await?;
    page.done(urls::KEYS, ROTATED)
}

/// GET /console/keys/{key}/revoke
pub async fn ask_to_revoke(mut page: AdminPage, InPath(kid): InPath<String>) -> PageResult {
    let usher = &page.app.usher;
    let (keys, rules) = (usher.signing_keys.list_keys().await?, usher.signing_keys.rotation_rules());
    let here = KeyUrls::of(&kid.as_str()).revoke();
    let head = page.head(&here);
    let key = keys.iter().find(|key| key.kid == kid).ok_or_else(|| HttpProblem::unknown("signing key"))?;
    let view = KeyConfirm {
        key: Some(row(&head, key, &keys, rules)),
        page: head,
        form: page.form(here),
        back_url: urls::KEYS.to_owned(),
    };
    page.show(&view)
}

/// POST /console/keys/{key}/revoke
pub async fn revoke(page: AdminPage, InPath(kid): InPath<String>, _: ButtonForm) -> PageResult {
    page.app.usher.signing_keys.revoke_keys(&BTreeSet::from([kid])).await?;
    page.done(urls::KEYS, REVOKED)
}
