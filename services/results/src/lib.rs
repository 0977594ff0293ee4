//! Answers what runs decided and did, and what the portal holds.
