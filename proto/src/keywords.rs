//! Every field of the contract can be written by its name in clients' languages.

use prost_reflect::DescriptorPool;

/// Keywords of Python and Java that could name a field.
const KEYWORDS: &str = "abstract and as assert async await boolean break byte case catch char class const continue def \
    default del do double elif else enum except extends final finally float for from global goto if implements import \
    in instanceof int interface is lambda long native new nonlocal not null or package pass private protected public \
    raise return short static strictfp super switch synchronized this throw throws transient true try void volatile \
    while with yield";

#[test]
fn no_field_is_named_like_a_keyword_of_a_language_of_clients() {
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).unwrap();
    let reserved: Vec<String> = pool
        .all_messages()
        .filter(|message| message.package_name().starts_with("rollcall."))
        .flat_map(|message| message.fields().collect::<Vec<_>>())
        .filter(|field| KEYWORDS.split(' ').any(|keyword| keyword == field.name()))
        .map(|field| field.full_name().to_owned())
        .collect();
    assert_eq!(reserved, [""; 0], "these are keywords");
}
