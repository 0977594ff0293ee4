use ldap3::{LdapConnAsync, Scope, SearchEntry};

use super::{BASE, Behaviour, Hostile, Script};

async fn names(directory: &Hostile) -> Vec<String> {
    let url = format!("ldap://{}", directory.address());
    let (connection, mut ldap) = LdapConnAsync::new(&url).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.drive().await;
    });
    let found = ldap
        .search(BASE, Scope::Subtree, "(proxyAddresses=*)", ["proxyAddresses"])
        .await
        .unwrap();
    let (entries, _) = found.success().unwrap();
    ldap.unbind().await.unwrap();
    entries
        .into_iter()
        .map(|entry| SearchEntry::construct(entry).dn)
        .collect()
}

#[tokio::test]
async fn a_good_scripted_directory_answers_a_client_with_its_people() {
    let directory = Hostile::start(Script::new(Behaviour::Good).people(2))
        .await
        .unwrap();
    let people = [format!("CN=p0,{BASE}"), format!("CN=p1,{BASE}")];
    assert_eq!(names(&directory).await, people);
    assert_eq!(directory.connections(), 1);
    directory.behave(Behaviour::LargeUnrequested);
    let odd = [format!("CN=odd,{BASE}"), people[0].clone(), people[1].clone()];
    assert_eq!(names(&directory).await, odd);
    assert!(directory.bytes_sent() > 1_800_000);
}
