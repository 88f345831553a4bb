//! The branding of projects, and that of the installation.

use super::db::statements;
use super::{Result, Store, Tx};
use usher_domain::branding::{BrandOwner, BrandSettings, Branding, LogoKind, LogoRef};
use usher_domain::time::Timestamp;

statements! {
    // PostgreSQL locks the row until the transaction ends: what is compared with it has not changed when it is written.
    LOCK = "
        select settings, logo_kind, logo_hash
        from branding
        where owner = $1
    " + postgres "for update";
    FIND = "
        select settings, logo_kind, logo_hash
        from branding
        where owner = $1
    ";
    ADD = "
        insert into branding (owner, project_id, settings, updated_at)
        values ($1, $2, $3, $4)
        on conflict (owner) do nothing
    ";
    SET_SETTINGS = "
        update branding
        set
            settings = $2,
            updated_at = case when updated_at < $3 then $3 else updated_at end
        where owner = $1
    ";
    SET_LOGO = "
        update branding
        set
            logo_kind = $2,
            logo_hash = $3,
            logo = $4,
            updated_at = case when updated_at < $5 then $5 else updated_at end
        where owner = $1
    ";
    FIND_LOGO = "
        select logo_kind, logo
        from branding
        where owner = $1 and logo_hash = $2
    ";
}

type BrandingRow = (BrandSettings, Option<LogoKind>, Option<String>);

fn branding((settings, kind, hash): BrandingRow) -> Branding {
    Branding { settings, logo: kind.zip(hash).map(|(kind, hash)| LogoRef { kind, hash }) }
}

impl Tx {
    /// The branding of an owner, locked until this transaction ends. A row is added if there is none, so that there is
    /// one to lock.
    pub async fn lock_branding(&mut self, owner: BrandOwner, now: Timestamp) -> Result<Branding> {
        let empty = BrandSettings::default();
        self.query(ADD).bind(owner.key()).bind(owner.project()).bind(&empty).bind(now).done().await?;
        Ok(branding(self.query(LOCK).bind(owner.key()).one().await?))
    }

    /// Replaces the settings of an owner.
    pub async fn set_brand_settings(
        &mut self,
        owner: BrandOwner,
        settings: &BrandSettings,
        now: Timestamp,
    ) -> Result<()> {
        self.query(SET_SETTINGS).bind(owner.key()).bind(settings).bind(now).done().await
    }

    /// Replaces the logo of an owner, or removes it.
    pub async fn set_logo(&mut self, owner: BrandOwner, logo: Option<(&LogoRef, &[u8])>, now: Timestamp) -> Result<()> {
        let (named, bytes) = logo.unzip();
        self.query(SET_LOGO)
            .bind(owner.key())
            .bind(named.map(|logo| logo.kind))
            .bind(named.map(|logo| logo.hash.as_str()))
            .bind(bytes)
            .bind(now)
            .done()
            .await
    }
}

impl Store {
    /// The branding of an owner.
    pub async fn find_branding(&self, owner: BrandOwner) -> Result<Option<Branding>> {
        Ok(self.query(FIND).bind(owner.key()).optional().await?.map(branding))
    }

    /// The logo of an owner, if it has this hash.
    pub async fn find_logo(&self, owner: BrandOwner, hash: &str) -> Result<Option<(LogoKind, Vec<u8>)>> {
        self.query(FIND_LOGO).bind(owner.key()).bind(hash).optional().await
    }
}
