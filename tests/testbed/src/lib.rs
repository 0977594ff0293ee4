//! Starts real servers and the services, private, on free ports or addresses.
