//! The contract says of every method who may call it.

use prost_reflect::{DescriptorPool, MethodDescriptor, Value};

fn methods(pool: &DescriptorPool) -> Vec<MethodDescriptor> {
    pool.services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

fn roles(pool: &DescriptorPool, method: &MethodDescriptor) -> Vec<i32> {
    let extension = pool.get_extension_by_name("rollcall.v1.roles").unwrap();
    match method.options().get_extension(&extension).as_ref() {
        Value::List(values) => values.iter().filter_map(Value::as_enum_number).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_method_names_the_roles_that_may_call_it() {
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).unwrap();
    let methods = methods(&pool);
    assert!(methods.len() > 30);
    let open: Vec<_> = methods
        .iter()
        .filter(|method| {
            let roles = roles(&pool, method);
            roles.is_empty() || roles.contains(&0)
        })
        .map(MethodDescriptor::full_name)
        .collect();
    assert_eq!(open, [""; 0], "these name no role");
}

#[test]
fn what_workers_call_is_open_to_no_other_role() {
    const WORKER: i32 = crate::v1::Role::Worker as i32;
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).unwrap();
    for method in methods(&pool) {
        let internal = method.full_name().starts_with("rollcall.internal.");
        assert_eq!(
            roles(&pool, &method).contains(&WORKER),
            internal,
            "{}",
            method.full_name()
        );
        assert!(
            !internal || roles(&pool, &method) == [WORKER],
            "{}",
            method.full_name()
        );
    }
}
