//! Signed assertions: the tenant and the person on whose behalf a call is made.
//!
//! An assertion is a JSON Web Token in the call's metadata, signed with EdDSA by the one issuer that the configuration
//! names. It is checked whenever it is given, whether the caller's role requires it or not.

mod claims;
mod ed25519;
mod keys;

use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind};
use rollcall_terms::Refusal;
use rollcall_tls::{Reloading, Watched};

use super::{GrpcError, methods::Tenancy};
use crate::{config::AssertionsConfig, sentences, status::ApiError};

use claims::Claims;
use keys::KeySet;

/// Octets of an assertion.
const LONGEST: usize = 4096;
/// The tenant of an assertion for all tenants, as operators need it.
const ALL_TENANTS: &str = "*";

/// A valid assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assertion {
    /// The person, in visible text of bounded length.
    pub(super) subject: String,
    tenant: Option<String>,
}

/// The issuer that is trusted.
#[derive(Debug)]
pub(super) struct Assertions {
    keys: Arc<Reloading<KeySet>>,
    validation: Validation,
}

impl Assertions {
    /// Reads the key set. `None`: the configuration names no issuer.
    pub(super) fn open(config: &AssertionsConfig) -> Result<Option<Arc<Self>>, GrpcError> {
        let AssertionsConfig {
            jwks_file: Some(file),
            issuer: Some(issuer),
            audience: Some(audience),
        } = config
        else {
            return Ok(None);
        };
        ed25519::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The times are checked here, by the clock that the caller passes in.
        validation.validate_exp = false;
        Ok(Some(Arc::new(Self {
            keys: Arc::new(Reloading::new(KeySet(file.clone()))?),
            validation,
        })))
    }

    /// Checks an assertion as of `now`.
    pub(super) fn check(&self, token: &[u8], now: Timestamp) -> Result<Assertion, ApiError> {
        let refused = Assertion::refused;
        if token.len() > LONGEST {
            return Err(refused(sentences::NO_TOKEN));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| refused(why(error.kind())))?;
        if header.alg != Algorithm::EdDSA {
            return Err(refused(sentences::OTHER_ALGORITHM));
        }
        let keys = self.keys.current();
        let key = header.kid.as_deref().and_then(|id| keys.get(id));
        let key = key.ok_or_else(|| refused(sentences::UNKNOWN_KEY))?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(|error| refused(why(error.kind())))?
            .claims;
        claims.check(now).map_err(refused)?;
        Ok(Assertion {
            subject: claims.sub,
            tenant: claims.tenant,
        })
    }

    /// The key set, to be watched: a renewed one counts from then on, and a damaged one changes nothing.
    pub(super) fn files(&self) -> Arc<dyn Watched> {
        self.keys.clone()
    }
}

impl Assertion {
    /// Refusal of an assertion; the sentence continues a message.
    pub(super) fn refused(why: &str) -> ApiError {
        ApiError::new(Refusal::AssertionRefused, sentences::assertion_refused(why))
    }

    /// Refuses a call about a tenant that the assertion does not name. A call about all tenants needs one for all.
    pub(super) fn check_tenants(&self, tenancy: &Tenancy, named: &[String]) -> Result<(), ApiError> {
        let tenant = self.tenant.as_deref().unwrap_or_default();
        let is_meant = match tenancy {
            _ if tenant == ALL_TENANTS => true,
            Tenancy::Tenantless | Tenancy::Server => true,
            Tenancy::Every => false,
            Tenancy::Named(_) => !named.is_empty() && named.iter().all(|named| named == tenant),
        };
        if is_meant {
            Ok(())
        } else {
            Err(Self::refused(sentences::OTHER_TENANT))
        }
    }
}

/// The reason in words; the library's own say nothing more that a caller could use.
fn why(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::InvalidSignature => sentences::WRONG_SIGNATURE,
        ErrorKind::InvalidIssuer => sentences::OTHER_ISSUER,
        ErrorKind::InvalidAudience => sentences::OTHER_AUDIENCE,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => sentences::OTHER_ALGORITHM,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) | ErrorKind::Json(_) => {
            sentences::WRONG_CLAIMS
        }
        _ => sentences::NO_TOKEN,
    }
}

#[cfg(test)]
pub(super) mod tests;
