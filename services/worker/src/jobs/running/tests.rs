use super::*;

/// A job, and whether its channel is open.
#[derive(Debug, PartialEq)]
struct Job(u32, bool);

impl Unacknowledged for Job {
    fn is_open(&self) -> bool {
        self.1
    }
}

fn begins<'a>(runs: &'a Runs<Job>, run_id: &str, job: Job) -> Running<'a, Job> {
    match runs.admit(run_id, job) {
        Admission::Begins(running) => running,
        Admission::Needless(job) => panic!("{job:?} is not needed"),
        Admission::Adopted => panic!("the run goes on already"),
    }
}

fn is_needless(runs: &Runs<Job>, run_id: &str, job: Job) -> bool {
    matches!(runs.admit(run_id, job), Admission::Needless(_))
}

#[test]
fn a_job_that_comes_again_and_again_never_begins_its_run_beside_itself() {
    let runs = Runs::default();
    let first = begins(&runs, "a", Job(1, true));
    for again in 2..5 {
        assert!(
            is_needless(&runs, "a", Job(again, true)),
            "refusing a job must not end the run that goes on"
        );
    }
    let other = begins(&runs, "b", Job(9, true));
    assert_eq!(first.end(), Some(Job(1, true)));
    assert_eq!(other.end(), Some(Job(9, true)));
    drop(begins(&runs, "a", Job(5, true)));
}

#[test]
fn a_job_that_comes_again_after_its_connection_broke_stands_for_the_run_from_then_on() {
    let runs = Runs::default();
    let run = begins(&runs, "a", Job(1, false));
    assert!(matches!(runs.admit("a", Job(2, true)), Admission::Adopted));
    assert!(is_needless(&runs, "a", Job(3, true)));
    assert_eq!(run.end(), Some(Job(2, true)));
}

#[test]
fn a_run_that_is_dropped_can_begin_again() {
    let runs = Runs::default();
    drop(begins(&runs, "a", Job(1, true)));
    assert_eq!(begins(&runs, "a", Job(2, true)).end(), Some(Job(2, true)));
}
