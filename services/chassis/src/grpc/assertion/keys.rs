//! The public keys of the issuer of assertions.

use std::{collections::BTreeMap, fs::File, io::Read as _, path::PathBuf, sync::Arc};

use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use rollcall_tls::{Loaded, Source};
use zeroize::Zeroizing;

use crate::grpc::GrpcError;

/// Octets of a key set.
const LARGEST: u64 = 64 * 1024;
/// Octets of an Ed25519 public key.
const KEY: usize = 32;

/// The Ed25519 keys for signatures in a JSON Web Key Set, by their ids. Others in the set are ignored.
#[derive(Debug)]
pub(super) struct Keys(BTreeMap<String, DecodingKey>);

/// The file of a key set.
#[derive(Debug)]
pub(super) struct KeySet(pub(super) PathBuf);

impl Source for KeySet {
    type Config = Keys;
    type Error = GrpcError;

    fn read(&self) -> Result<Vec<Zeroizing<Vec<u8>>>, GrpcError> {
        let failed = |source| GrpcError::ReadKeys {
            path: self.0.clone(),
            source,
        };
        let mut text = Zeroizing::new(Vec::new());
        let file = File::open(&self.0).map_err(failed)?;
        file.take(LARGEST).read_to_end(&mut text).map_err(failed)?;
        Ok(vec![text])
    }

    /// A set without a key for us is damaged, except an empty one, by which an issuer withdraws its last key.
    fn build(&self, contents: &[Zeroizing<Vec<u8>>]) -> Result<Loaded<Keys>, GrpcError> {
        let keys = contents.first().and_then(|text| Keys::parse(text));
        let keys = keys.ok_or_else(|| GrpcError::NoKeys(self.0.clone()))?;
        Ok(Loaded {
            config: Arc::new(keys),
            in_use: Vec::new(),
        })
    }
}

impl Keys {
    fn parse(text: &[u8]) -> Option<Self> {
        let set: JwkSet = serde_json::from_slice(text).ok()?;
        let keys: BTreeMap<_, _> = set.keys.iter().filter_map(usable).collect();
        (set.keys.is_empty() || !keys.is_empty()).then_some(Self(keys))
    }

    /// The key with this id.
    pub(super) fn get(&self, id: &str) -> Option<&DecodingKey> {
        self.0.get(id)
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
