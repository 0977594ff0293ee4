use super::*;
use crate::signing::generate;

struct Scheduler {
    key: SigningKey,
    known: VerifyingKeys,
}

/// A key, and what a worker knows of it.
fn scheduler(id: &str) -> Scheduler {
    let dir = tempfile::tempdir().expect("a folder");
    generate(id)
        .expect("a key")
        .write(dir.path())
        .expect("written files");
    let file = |ending: &str| dir.path().join(format!("{id}.signing.{ending}"));
    Scheduler {
        key: SigningKey::read(&file("key")).expect("a private key"),
        known: VerifyingKeys::read(&[file("pub")]).expect("a public key"),
    }
}

fn job(schema_version: u32) -> Job {
    Job {
        schema_version,
        tenant_id: "acme".to_owned(),
        run_id: "a-run".to_owned(),
        test: None,
    }
}

fn refusal(scheduler: &Scheduler, job: &SignedJob) -> &'static str {
    verify_job(&scheduler.known, &job.encode_to_vec())
        .expect_err("a refused job")
        .word()
}

#[test]
fn a_job_that_was_signed_is_read_and_sent_on_with_other_notes() {
    let scheduler = scheduler("k1");
    let signed = sign_job(&scheduler.key, &job(SCHEMA_VERSION));
    let mut read = verify_job(&scheduler.known, &signed.encode_to_vec()).expect("a job");
    assert_eq!((read.tenant_id.as_str(), read.run_id.as_str()), ("acme", "a-run"));
    assert_eq!((read.attempt, read.given_up_fence, read.in_vain), (1, 0, 0));
    (read.attempt, read.given_up_fence, read.in_vain) = (2, 7, 3);
    let again = verify_job(&scheduler.known, &read.signed().encode_to_vec()).expect("the job again");
    assert_eq!(again, read);
}

#[test]
fn the_octets_that_came_are_sent_on_even_if_they_would_be_encoded_otherwise() {
    let scheduler = scheduler("k1");
    // A field of a later release, and the fields in another order.
    let order = [&[0x7a, 1, b'x', 0x12, 4][..], b"acme", &[8, 1]].concat();
    let signed = SignedJob {
        signature: scheduler.key.sign(JOBS, &order),
        key_id: "k1".to_owned(),
        job: order.clone(),
        ..SignedJob::default()
    };
    let read = verify_job(&scheduler.known, &signed.encode_to_vec()).expect("a job");
    assert_eq!(read.tenant_id, "acme");
    assert_eq!(read.signed().job, order);
}

#[test]
fn an_altered_forged_or_unsigned_job_is_refused_with_the_reason() {
    let scheduler = scheduler("k1");
    let signed = sign_job(&scheduler.key, &job(SCHEMA_VERSION));
    for octet in 0..signed.job.len() {
        let mut altered = signed.clone();
        altered.job[octet] ^= 1;
        assert_eq!(refusal(&scheduler, &altered), "forged", "octet {octet}");
    }
    let with = |key_id: &str, signature: &[u8]| SignedJob {
        key_id: key_id.to_owned(),
        signature: signature.to_vec(),
        ..signed.clone()
    };
    assert_eq!(refusal(&scheduler, &with("k1", b"")), "unsigned");
    assert_eq!(refusal(&scheduler, &with("", &signed.signature)), "unsigned");
    assert_eq!(refusal(&scheduler, &with("k1", &[1; 64])), "forged");
    assert_eq!(refusal(&scheduler, &with("k2", &signed.signature)), "unknown_key");
    assert_eq!(refusal(&scheduler, &with("no\nid", &signed.signature)), "forged");
    let another = self::scheduler("k1");
    let of_another = sign_job(&another.key, &job(SCHEMA_VERSION));
    assert_eq!(refusal(&scheduler, &of_another), "forged", "a key of the same id");
}

#[test]
fn a_body_of_another_version_or_of_no_kind_is_no_job() {
    let scheduler = scheduler("k1");
    let unknown = sign_job(&scheduler.key, &job(9));
    assert!(matches!(
        verify_job(&scheduler.known, &unknown.encode_to_vec()),
        Err(JobError::UnknownVersion(9))
    ));
    assert!(matches!(
        verify_job(&scheduler.known, b"\xff\xff"),
        Err(JobError::Undecodable(_))
    ));
    // A job without an envelope, as an earlier release wrote it.
    let bare = job(SCHEMA_VERSION).encode_to_vec();
    assert!(verify_job(&scheduler.known, &bare).is_err());
}
