//! The body of a job: what the scheduler ordered, signed, and what workers note beside it.

use prost::Message as _;
use rollcall_proto::internal::v1::{ConnectionTest, Job, SignedJob};

use crate::{
    key_file,
    signing::{NotVerified, SigningKey, Use, VerifyingKeys},
};

/// The version of a job's body that this version of Rollcall writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// Separates signatures of jobs from any other of the same key.
const JOBS: Use = Use("rollcall/job/v1");

/// Reasons why a body is not a job that this version can do.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The body is not a `rollcall.internal.v1.SignedJob`, or has no Job in it.
    #[error("not a job")]
    Undecodable(#[from] prost::DecodeError),
    /// The body is of another time.
    #[error("schema version {0} is not known")]
    UnknownVersion(u32),
    /// It has no signature.
    #[error("the job is not signed")]
    Unsigned,
    /// It names a key that the worker was not given.
    #[error("the job is signed with key {0:?}, which this worker does not know")]
    UnknownKey(String),
    /// The signature is not that of the key over these octets.
    #[error("the job's signature is wrong: it was altered, or forged")]
    Forged,
}

impl JobError {
    /// The reason as a word, for a metric.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Undecodable(_) => "undecodable",
            Self::UnknownVersion(_) => "unknown_version",
            Self::Unsigned => "unsigned",
            Self::UnknownKey(_) => "unknown_key",
            Self::Forged => "forged",
        }
    }
}

/// A job that the scheduler signed, with what workers noted beside it. Nothing else makes one than [`verify_job`].
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedJob {
    /// The customer.
    pub tenant_id: String,
    /// The run to begin; empty for a test.
    pub run_id: String,
    /// The connection to test, instead of a run.
    pub test: Option<ConnectionTest>,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Fence of a lease that was given up; 0 for none.
    pub given_up_fence: i64,
    /// Number of reads in a row that could not be handed in.
    pub in_vain: u32,
    order: Order,
}

/// The octets that were signed, as they came.
#[derive(Debug, Clone, PartialEq)]
struct Order {
    job: Vec<u8>,
    key_id: String,
    signature: Vec<u8>,
}

impl VerifiedJob {
    /// The job to be sent on: the order as it was signed, and the notes as they are now.
    pub fn signed(&self) -> SignedJob {
        let Order {
            job,
            key_id,
            signature,
        } = self.order.clone();
        SignedJob {
            job,
            key_id,
            signature,
            attempt: self.attempt,
            given_up_fence: self.given_up_fence,
            in_vain: self.in_vain,
        }
    }
}

/// Signs a job, for its first attempt.
pub fn sign_job(key: &SigningKey, job: &Job) -> SignedJob {
    let job = job.encode_to_vec();
    SignedJob {
        key_id: key.id().to_owned(),
        signature: key.sign(JOBS, &job),
        job,
        attempt: 1,
        given_up_fence: 0,
        in_vain: 0,
    }
}

/// Reads a job that was signed with one of these keys. Nothing of the order is decoded before its signature is known to
/// be right.
pub fn verify_job(keys: &VerifyingKeys, body: &[u8]) -> Result<VerifiedJob, JobError> {
    let SignedJob {
        job,
        key_id,
        signature,
        attempt,
        given_up_fence,
        in_vain,
    } = SignedJob::decode(body)?;
    if key_id.is_empty() || signature.is_empty() {
        return Err(JobError::Unsigned);
    }
    keys.verify(JOBS, &key_id, &job, &signature)
        .map_err(|wrong| match wrong {
            // A text that no key can have as its id is not repeated in logs.
            NotVerified::UnknownKey if key_file::is_id(&key_id) => JobError::UnknownKey(key_id.clone()),
            NotVerified::UnknownKey | NotVerified::Wrong => JobError::Forged,
        })?;
    let Job {
        schema_version: _,
        tenant_id,
        run_id,
        test,
    } = decode_job(&job)?;
    Ok(VerifiedJob {
        tenant_id,
        run_id,
        test,
        attempt,
        given_up_fence,
        in_vain,
        order: Order {
            job,
            key_id,
            signature,
        },
    })
}

/// Reads an order whose signature was checked.
pub fn decode_job(order: &[u8]) -> Result<Job, JobError> {
    let job = Job::decode(order)?;
    if job.schema_version == SCHEMA_VERSION {
        Ok(job)
    } else {
        Err(JobError::UnknownVersion(job.schema_version))
    }
}

#[cfg(test)]
mod tests;
