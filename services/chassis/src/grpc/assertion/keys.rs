//! The public keys of the issuer of assertions.

use std::{collections::BTreeMap, fs::File, io::Read as _, path::Path};

use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};

use crate::grpc::GrpcError;

/// Octets of a key set.
const LARGEST: u64 = 64 * 1024;
/// Octets of an Ed25519 public key.
const KEY: usize = 32;

/// The Ed25519 keys for signatures in a JSON Web Key Set, by their ids. Others in the set are ignored.
#[derive(Debug)]
pub(super) struct Keys(BTreeMap<String, DecodingKey>);

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        let octets = |keys: &Self| -> Vec<_> {
            let keys = keys.0.iter();
            keys.map(|(id, key)| (id.clone(), key.try_get_as_bytes().map(<[u8]>::to_vec).ok()))
                .collect()
        };
        octets(self) == octets(other)
    }
}

impl Keys {
    /// Reads a file. One without a key for us is damaged.
    pub(super) fn read(path: &Path) -> Result<Self, GrpcError> {
        let failed = |source| GrpcError::ReadKeys {
            path: path.to_owned(),
            source,
        };
        let mut text = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(LARGEST).read_to_end(&mut text).map_err(failed)?;
        Self::parse(&text).ok_or_else(|| GrpcError::NoKeys(path.to_owned()))
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let set: JwkSet = serde_json::from_slice(text).ok()?;
        let keys: BTreeMap<_, _> = set.keys.iter().filter_map(usable).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The key with this id.
    pub(super) fn get(&self, id: &str) -> Option<&DecodingKey> {
        self.0.get(id)
    }

    /// The ids.
    pub(super) fn ids(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

fn usable(key: &Jwk) -> Option<(String, DecodingKey)> {
    let is_ed25519 = matches!(
        &key.algorithm,
        AlgorithmParameters::OctetKeyPair(parameters) if parameters.curve == EllipticCurve::Ed25519
    );
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature))
        && matches!(key.common.key_algorithm, None | Some(KeyAlgorithm::EdDSA));
    let id = key.common.key_id.clone()?;
    let decoding = DecodingKey::from_jwk(key).ok()?;
    let is_whole = decoding
        .try_get_as_bytes()
        .is_ok_and(|octets| octets.len() == KEY);
    (is_ed25519 && signs && is_whole).then_some((id, decoding))
}
