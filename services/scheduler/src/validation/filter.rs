//! Filters and the attributes that they are sent with.

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{
    AddressAttributes, AttributeDescription, Filter, PermittedAttributes, filter,
    sentences::field as sentences,
};
use rollcall_proto::{
    limits,
    v1::{
        BuildFilterRequest, BuildFilterResponse, Directory, FilterError, ValidateFilterRequest,
        ValidateFilterResponse,
    },
};

use super::selection;

const MOST_FILTER_BYTES: usize = limits::directory::FILTER_MAX_BYTES;
const MOST_ATTRIBUTES: usize = limits::directory::ATTRIBUTES_MAX_ITEMS;

/// Reads a filter; `None` if there is no filter.
pub(super) fn parse(text: &str) -> Result<Option<Filter>, FilterError> {
    if text.len() > MOST_FILTER_BYTES {
        let message = sentences::most_bytes(MOST_FILTER_BYTES);
        return Err(FilterError { position: 0, message });
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    let filter = Filter::parse(text).map_err(|error| FilterError {
        position: i32::try_from(error.position).unwrap_or(i32::MAX),
        message: error.message(),
    })?;
    // A stored filter must be accepted again: invisible characters take more room there.
    if filter.to_string().len() > MOST_FILTER_BYTES {
        let message = sentences::canonical_filter_too_long(MOST_FILTER_BYTES);
        return Err(FilterError { position: 0, message });
    }
    Ok(Some(filter))
}

/// Checks the attributes that carry addresses; without any, it is only the default. Each must be on the operator's list.
pub(super) fn check_attributes(
    field: &str,
    names: &[String],
    permitted: &PermittedAttributes,
    violations: &mut Violations,
) -> AddressAttributes {
    if names.len() > MOST_ATTRIBUTES {
        violations.push(field, sentences::most_attributes(MOST_ATTRIBUTES));
    }
    let mut seen: Vec<AttributeDescription> = Vec::new();
    for (index, name) in names.iter().enumerate().take(MOST_ATTRIBUTES) {
        let path = format!("{field}[{index}]");
        match AttributeDescription::parse(name) {
            Err(error) => violations.push(path, error.to_string()),
            Ok(_) if name.contains(';') => violations.push(path, sentences::ATTRIBUTE_OPTION),
            // Servers answer it under its name, so that nothing they answer would be known as asked for.
            Ok(attribute) if attribute.is_numeric() => {
                violations.push(path, sentences::ATTRIBUTE_NUMBER);
            }
            Ok(attribute) if !permitted.permits(&attribute) => {
                let list: Vec<_> = permitted.names().collect();
                violations.push(
                    path,
                    sentences::attribute_not_permitted(attribute.as_str(), &list),
                );
            }
            Ok(attribute) if seen.contains(&attribute) => violations.push(path, sentences::GIVEN_TWICE),
            Ok(attribute) => seen.push(attribute),
        }
    }
    AddressAttributes::parse(names.iter().take(MOST_ATTRIBUTES)).unwrap_or_default()
}

/// The filter of a directory as it is sent: the tenant's own, combined with the attributes.
pub(crate) fn composed_filter(directory: &Directory) -> String {
    let filter = parse(&directory.filter).unwrap_or_default();
    let attributes = AddressAttributes::parse(&directory.attributes).unwrap_or_default();
    filter::compose(filter.as_ref(), &attributes)
}

/// Answers ValidateFilter: what is wrong with the attributes is an error, with the filter an answer.
pub(crate) fn validate_filter(
    request: &ValidateFilterRequest,
    permitted: &PermittedAttributes,
) -> Result<ValidateFilterResponse, ApiError> {
    let mut violations = Violations::default();
    let attributes = check_attributes("attributes", &request.attributes, permitted, &mut violations);
    violations.into_result()?;
    Ok(match parse(&request.filter) {
        Ok(parsed) => ValidateFilterResponse {
            valid: true,
            canonical: canonical(parsed.as_ref()),
            composed: filter::compose(parsed.as_ref(), &attributes),
            error: None,
        },
        Err(error) => ValidateFilterResponse {
            error: Some(error),
            ..ValidateFilterResponse::default()
        },
    })
}

/// Answers BuildFilter. The domains need not belong to any tenant yet.
pub(crate) fn build_filter(
    request: &BuildFilterRequest,
    permitted: &PermittedAttributes,
) -> Result<BuildFilterResponse, ApiError> {
    let mut violations = Violations::default();
    let attributes = check_attributes("attributes", &request.attributes, permitted, &mut violations);
    let object_types = selection::check_object_types("object_types", &request.object_types, &mut violations);
    let domains = selection::check_domains("domains", &request.domains, &mut violations);
    let own = parse(&request.filter).unwrap_or_else(|error| {
        violations.push("filter", sentences::at_position(error.position, &error.message));
        None
    });
    let built = filter::build(&filter::BuildFilter {
        object_types: &object_types,
        domains: &domains,
        own: own.as_ref(),
        recipient_types: request.recipient_types,
    });
    let filter = canonical(built.as_ref());
    check_built(&filter, &mut violations);
    violations.into_result()?;
    Ok(BuildFilterResponse {
        composed: filter::compose(built.as_ref(), &attributes),
        filter,
    })
}

/// The filter must be accepted by PutSettings: it is neither too long nor, around the tenant's own filter, too deep.
fn check_built(filter: &str, violations: &mut Violations) {
    if filter.len() > MOST_FILTER_BYTES {
        violations.push("domains", sentences::built_filter_too_long(MOST_FILTER_BYTES));
    } else if parse(filter).is_err() {
        violations.push("filter", sentences::FILTER_TOO_DEEP);
    }
}

/// No filter is the empty text.
fn canonical(filter: Option<&Filter>) -> String {
    filter.map(ToString::to_string).unwrap_or_default()
}
