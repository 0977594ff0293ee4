//! The body of a job, and its version.

use prost::Message as _;
use rollcall_proto::internal::v1::Job;

/// The version of a job's body that this version of Rollcall writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// Reasons why a body is not a job that this version can do.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The body is not a `rollcall.internal.v1.Job`.
    #[error("not a job")]
    Undecodable(#[from] prost::DecodeError),
    /// The body is of another time.
    #[error("schema version {0} is not known")]
    UnknownVersion(u32),
}

/// Reads a job.
pub fn decode_job(body: &[u8]) -> Result<Job, JobError> {
    let job = Job::decode(body)?;
    if job.schema_version == SCHEMA_VERSION {
        Ok(job)
    } else {
        Err(JobError::UnknownVersion(job.schema_version))
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, JobError, SCHEMA_VERSION, decode_job};

    fn job(schema_version: u32) -> Job {
        Job {
            schema_version,
            tenant_id: "acme".to_owned(),
            ..Job::default()
        }
    }

    #[test]
    fn a_body_of_another_version_or_of_no_kind_is_no_job() {
        use prost::Message as _;
        assert!(decode_job(&job(SCHEMA_VERSION).encode_to_vec()).is_ok());
        assert!(matches!(
            decode_job(&job(9).encode_to_vec()),
            Err(JobError::UnknownVersion(9))
        ));
        assert!(matches!(decode_job(b"\xff\xff"), Err(JobError::Undecodable(_))));
    }
}
