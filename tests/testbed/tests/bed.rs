//! The bed itself, with real servers: each of these tests starts one of its own.

mod bed {
    mod crash;
    mod editing;
    mod servers;
    mod services;
}
