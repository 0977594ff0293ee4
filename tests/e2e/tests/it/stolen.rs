//! What each thing opens to who has stolen it. SECURITY.md says it; these tests try it.

mod copies;
mod database_rights;
mod directory_lures;
mod directory_texts;
mod portal_certificate;
mod traces;
mod walk;
mod worker_certificate;
