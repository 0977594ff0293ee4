//! Signed assertions of the tenant and the person that a portal acts for: on stacks of their own, whose portal may do
//! nothing without one.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rollcall_chassis::{clock, sentences};
use rollcall_e2e::{
    status::{Refusal, refused},
    wait,
};
use rollcall_proto::v1::{
    AuditRecord, Domain, GetDomainsRequest, ListAuditRequest, PutDomainsRequest, SyncNowRequest,
    account_service_client::AccountServiceClient, results_service_client::ResultsServiceClient,
    sync_service_client::SyncServiceClient,
};
use rollcall_testbed::{Kind, LIMITED, StackOptions};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::{Code, Request, Status};

use crate::own::Own;

const HEADER: &str = "rollcall-assertion";
const PERSON: &str = "anna@portal.example";
/// An assertion of this age can still be used.
const FRESH: Duration = Duration::ZERO;

/// An issuer of assertions with one key.
pub(crate) struct Issuer {
    id: &'static str,
    key: Ed25519KeyPair,
}

impl Issuer {
    pub(crate) fn new(id: &'static str, seed: u8) -> Result<Self> {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]);
        let key = key.map_err(|_| anyhow::anyhow!("a seed of another length"))?;
        Ok(Self { id, key })
    }

    fn key_set(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": x}]}).to_string()
    }

    /// An assertion of [`PERSON`] for a tenant, which is used at this age.
    pub(crate) fn assert(&self, tenant: &str, age: Duration) -> Result<String> {
        let issue = clock::now().as_second() - i64::try_from(age.as_secs())?;
        let claims = json!({
            "iss": "portal", "aud": "rollcall", "sub": PERSON, "tenant": tenant, "iat": issue, "exp": issue + 300,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!(
            "{}.{}",
            part(&json!({"alg": "EdDSA", "kid": self.id})),
            part(&claims)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()));
        Ok(format!("{message}.{signature}"))
    }
}

/// A stack whose portal must assert, and calls with the portal's certificate.
pub(crate) struct Strict {
    pub(crate) own: Own,
    folder: TempDir,
}

impl Strict {
    /// The services trust this issuer.
    pub(crate) async fn start(issuer: &Issuer) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("jwks.json");
        fs::write(&file, issuer.key_set())?;
        let options = StackOptions::default()
            .set_all(
                "ROLLCALL_ROLES__PORTAL",
                "spiffe://rollcall/limited assertion=required",
            )
            .set_all("ROLLCALL_ASSERTIONS__JWKS_FILE", &file.display().to_string())
            .set_all("ROLLCALL_ASSERTIONS__ISSUER", "portal")
            .set_all("ROLLCALL_ASSERTIONS__AUDIENCE", "rollcall");
        let own = Own::start(options).await?;
        Ok(Self { own, folder })
    }

    /// A file for this test alone.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The services trust this issuer from here on.
    fn trust(&self, issuer: &Issuer) -> Result<()> {
        Ok(fs::write(self.file("jwks.json"), issuer.key_set())?)
    }

    async fn accounts(&self) -> Result<AccountServiceClient<tonic::transport::Channel>> {
        let endpoints = self.own.stack.endpoints();
        let channel = endpoints.connect_as(Kind::Reconcile, LIMITED).await?;
        Ok(AccountServiceClient::new(channel))
    }

    /// Gives a tenant its domain.
    async fn put(&self, tenant: &str, token: Option<&str>) -> Result<Result<(), Status>> {
        let request = PutDomainsRequest {
            tenant_id: tenant.to_owned(),
            domains: vec![Domain {
                name: format!("{tenant}.example"),
                ..Domain::default()
            }],
            ..PutDomainsRequest::default()
        };
        let request = carrying(request, token)?;
        Ok(self.accounts().await?.put_domains(request).await.map(drop))
    }

    /// Number of a tenant's domains.
    async fn domains(&self, tenant: &str, token: &str) -> Result<Result<usize, Status>> {
        let request = GetDomainsRequest {
            tenant_id: tenant.to_owned(),
        };
        let request = carrying(request, Some(token))?;
        let answer = self.accounts().await?.get_domains(request).await;
        Ok(answer.map(|answer| answer.into_inner().domains.len()))
    }

    /// Answer of the scheduler, where the tenant has no settings.
    async fn sync(&self, tenant: &str, token: Option<&str>) -> Result<Refusal> {
        let endpoints = self.own.stack.endpoints();
        let channel = endpoints.connect_as(Kind::Scheduler, LIMITED).await?;
        let request = SyncNowRequest {
            tenant_id: tenant.to_owned(),
            ..SyncNowRequest::default()
        };
        let request = carrying(request, token)?;
        Ok(refused(SyncServiceClient::new(channel).sync_now(request).await))
    }

    /// Records of what was done for a tenant.
    async fn records(&self, tenant: &str, token: Option<&str>) -> Result<Result<Vec<AuditRecord>, Status>> {
        let endpoints = self.own.stack.endpoints();
        let channel = endpoints.connect_as(Kind::Results, LIMITED).await?;
        let request = ListAuditRequest {
            tenant_id: tenant.to_owned(),
            ..ListAuditRequest::default()
        };
        let request = carrying(request, token)?;
        let answer = ResultsServiceClient::new(channel).list_audit(request).await;
        Ok(answer.map(|answer| answer.into_inner().records))
    }
}

fn carrying<T>(message: T, token: Option<&str>) -> Result<Request<T>> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        request.metadata_mut().insert(HEADER, token.parse()?);
    }
    Ok(request)
}

/// What a refusal is, without its details.
fn said(refusal: &Refusal) -> (Code, &str, &str) {
    (refusal.code, &refusal.reason, &refusal.message)
}

#[tokio::test]
async fn a_portal_that_must_assert_does_nothing_without_a_valid_assertion_for_the_tenant() -> Result<()> {
    let issuer = Issuer::new("k1", 1)?;
    let strict = Strict::start(&issuer).await?;
    let required = (
        Code::PermissionDenied,
        "ASSERTION_REQUIRED",
        sentences::ASSERTION_REQUIRED,
    );
    assert_eq!(said(&refused(strict.put("acme", None).await?)), required);
    assert_eq!(said(&strict.sync("acme", None).await?), required);
    assert_eq!(said(&refused(strict.records("acme", None).await?)), required);

    let thief = Issuer::new("k1", 2)?;
    let stranger = Issuer::new("k2", 2)?;
    let old = Duration::from_mins(7);
    for (token, why) in [
        (issuer.assert("other", FRESH)?, sentences::OTHER_TENANT),
        (issuer.assert("acme", old)?, sentences::EXPIRED),
        (thief.assert("acme", FRESH)?, sentences::WRONG_SIGNATURE),
        (stranger.assert("acme", FRESH)?, sentences::UNKNOWN_KEY),
    ] {
        let message = sentences::assertion_refused(why);
        let expected = (Code::PermissionDenied, "ASSERTION_REFUSED", &*message);
        assert_eq!(said(&refused(strict.put("acme", Some(&token)).await?)), expected);
        assert_eq!(said(&strict.sync("acme", Some(&token)).await?), expected);
        let records = strict.records("acme", Some(&token)).await?;
        assert_eq!(said(&refused(records)), expected);
    }

    let valid = issuer.assert("acme", FRESH)?;
    assert_eq!(strict.domains("acme", &valid).await??, 0, "nothing was done");
    strict.put("acme", Some(&valid)).await??;
    assert_eq!(strict.domains("acme", &valid).await??, 1);
    assert_eq!(strict.sync("acme", Some(&valid)).await?.reason, "NO_SETTINGS");
    Ok(())
}

#[tokio::test]
async fn the_record_of_an_act_names_the_person_of_the_assertion() -> Result<()> {
    let issuer = Issuer::new("k1", 1)?;
    let strict = Strict::start(&issuer).await?;
    let token = issuer.assert("acme", FRESH)?;
    strict.put("acme", Some(&token)).await??;
    let records = strict.records("acme", Some(&token)).await??;
    let who: Vec<_> = records
        .iter()
        .map(|record| (&*record.method, &*record.caller, &*record.actor, &*record.outcome))
        .collect();
    assert_eq!(who, [("PutDomains", "spiffe://rollcall/limited", PERSON, "OK")]);
    Ok(())
}

#[tokio::test]
async fn the_issuers_keys_are_replaced_while_the_services_run() -> Result<()> {
    let (old, new) = (Issuer::new("k1", 1)?, Issuer::new("k2", 2)?);
    let strict = Strict::start(&old).await?;
    let (by_old, by_new) = (old.assert("acme", FRESH)?, new.assert("acme", FRESH)?);
    strict.put("acme", Some(&by_old)).await??;
    let refusal = refused(strict.domains("acme", &by_new).await?);
    assert_eq!(
        refusal.message,
        sentences::assertion_refused(sentences::UNKNOWN_KEY)
    );

    strict.trust(&new)?;
    let answered = || strict.domains("acme", &by_new);
    wait::until("the new key to count", answered, Result::is_ok).await??;
    let refusal = refused(strict.domains("acme", &by_old).await?);
    assert_eq!(
        refusal.message,
        sentences::assertion_refused(sentences::UNKNOWN_KEY)
    );
    Ok(())
}
