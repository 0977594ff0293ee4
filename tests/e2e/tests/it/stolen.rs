//! What each thing opens to who has stolen it. SECURITY.md says it; these tests try it.

mod database_rights;
