//! The place at which a listing of settings goes on. Opaque to clients, and of no use to another call.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rollcall_chassis::status::ApiError;
use rollcall_domain::TenantId;

use crate::refusals::page_token;

/// Names the call and the token's form.
const PREFIX: &str = "ListSettings/1/";

/// The token of the page that follows a tenant.
pub(super) fn write(tenant_id: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{PREFIX}{tenant_id}"))
}

/// The tenant that a page follows; the empty text for the first page.
pub(super) fn read(token: &str) -> Result<String, ApiError> {
    if token.is_empty() {
        return Ok(String::new());
    }
    let text = BASE64_URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let tenant = text
        .as_deref()
        .and_then(|text| text.strip_prefix(PREFIX))
        .map(str::to_owned);
    tenant
        .filter(|tenant| TenantId::parse(tenant).is_ok())
        .ok_or_else(page_token)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::{read, write};

    #[test]
    fn a_token_leads_back_to_its_tenant() {
        assert_eq!(read(&write("ACME-1")).unwrap(), "ACME-1");
        assert_eq!(read("").unwrap(), "");
    }

    #[test]
    fn a_token_of_another_call_or_none_at_all_is_refused() {
        let other = BASE64_URL_SAFE_NO_PAD.encode("ListRuns/1/ACME-1");
        for token in [other.as_str(), "ACME-1", "%%%", &write("a\0b"), &write("")] {
            let refusal = read(token).unwrap_err();
            assert_eq!(refusal.refusal().as_str(), "PAGE_TOKEN", "{token}");
        }
    }
}
