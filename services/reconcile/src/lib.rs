//! Decides what a read means for a tenant and applies it to the portal's database.
