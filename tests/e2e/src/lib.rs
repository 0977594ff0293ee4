//! Parts that the end-to-end tests share: a tenant of its own for each test, on the shared test bed, spoken to over
//! gRPC as the portal's backend would.
//!
//! Tests await conditions with a ceiling, never time. Run them with `make test`, or one of them with
//! `target/debug/rollcall-testbed run -- cargo nextest run -p rollcall-e2e <name>`.

pub mod broker;
pub mod clients;
pub mod dice;
pub mod forest;
pub mod office;
pub mod past;
pub mod status;
pub mod tenant;
pub mod wait;

pub use clients::Clients;
pub use dice::Dice;
pub use forest::{Forest, group, person};
pub use office::Office;
pub use past::Past;
pub use rollcall_testbed::directory::Object;
pub use tenant::Tenant;
