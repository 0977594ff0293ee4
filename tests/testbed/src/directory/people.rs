//! Invented people: the same every time, with the awkward cases that real directories have.

use super::{Directory, Kind, Object};

const GIVEN: [&str; 24] = [
    "Anna", "Ben", "Clara", "David", "Elif", "Femke", "Georg", "Hanna", "Ivan", "Julia", "Kofi", "Lena",
    "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tomoko", "Ursula", "Viktor", "Wanda",
    "Yusuf",
];
const FAMILY: [&str; 25] = [
    "Adler", "Bianchi", "Cohen", "Dubois", "Eriksen", "Fischer", "Garcia", "Hoffmann", "Ivanova", "Jansen",
    "Kowalski", "Lindgren", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Sato", "Tanaka",
    "Umarov", "Vogel", "Weber", "Yilmaz", "Zimmer",
];
const UNITS: [&str; 6] = [
    "Staff/Berlin",
    "Staff/Hamburg",
    "Staff/Wien",
    "Staff/Remote",
    "Management",
    "Staff/Berlin/Apprentices",
];
const TEAMS: [&str; 12] = [
    "Sales",
    "Support",
    "Finance",
    "People",
    "Legal",
    "Marketing",
    "Engineering",
    "Operations",
    "Purchasing",
    "Press",
    "Security",
    "All",
];
const ROOMS: [&str; 8] = [
    "Alster", "Elbe", "Isar", "Main", "Neckar", "Oder", "Rhein", "Spree",
];
const MAILBOXES: [&str; 8] = [
    "Info",
    "Jobs",
    "Invoices",
    "Helpdesk",
    "Newsletter",
    "Orders",
    "Privacy",
    "Reception",
];

/// The domains that invented people have addresses in.
#[derive(Debug, Clone, Copy)]
pub struct Domains<'a> {
    /// The domain of everybody's primary address.
    pub main: &'a str,
    /// A second domain of its own.
    pub second: &'a str,
    /// A domain alias of `main`.
    pub alias: &'a str,
    /// A domain that the tenant does not own.
    pub foreign: &'a str,
}

/// About `people` people and what goes with them: groups, contacts, rooms, shared mailboxes, public folders,
/// and one of each awkward case.
pub fn invented(people: usize, domains: Domains<'_>) -> Directory {
    let mut objects: Vec<Object> = (0..people).map(|index| person(index, domains)).collect();
    let local = |name: &str| name.to_lowercase();
    for team in TEAMS {
        let group = Object::group("Groups", team).primary(&format!("team-{}@{}", local(team), domains.main));
        objects.push(group.alias(&format!("{}@{}", local(team), domains.second)));
    }
    for room in ROOMS {
        let address = format!("room-{}@{}", local(room), domains.main);
        objects.push(
            Object::new(Kind::Room, "Rooms", &format!("Room {room}"))
                .primary(&address)
                .mail(&address),
        );
    }
    for mailbox in MAILBOXES {
        let address = format!("{}@{}", local(mailbox), domains.main);
        let shared = Object::new(Kind::SharedMailbox, "Shared", mailbox)
            .primary(&address)
            .mail(&address);
        objects.push(shared.alias(&format!("{}@{}", local(mailbox), domains.alias)));
    }
    for (given, family) in GIVEN.iter().zip(FAMILY).take(12) {
        let name = format!("{given} {family} (Partner)");
        let outside = format!("{}.{}@{}", local(given), local(family), domains.foreign);
        let contact = Object::new(Kind::Contact, "Contacts", &name)
            .primary(&outside)
            .mail(&outside);
        objects.push(contact.alias(&format!("partner-{}@{}", local(family), domains.main)));
    }
    let press = Object::new(Kind::PublicFolder, "Public Folders", "Press Archive");
    objects.push(press.primary(&format!("press-archive@{}", domains.main)));
    objects.extend(awkward(domains));
    Directory { objects }
}

fn person(index: usize, domains: Domains<'_>) -> Object {
    // Every given name meets every family name once before a pair comes again: 24 and 25 have no common divisor.
    let given = GIVEN[index % GIVEN.len()];
    let family = FAMILY[index % FAMILY.len()];
    let round = index / (GIVEN.len() * FAMILY.len());
    let number = if round == 0 {
        String::new()
    } else {
        format!("{}", round + 1)
    };
    let local = format!("{}.{}{number}", given.to_lowercase(), family.to_lowercase());
    let address = format!("{local}@{}", domains.main);
    let name = if round == 0 {
        format!("{given} {family}")
    } else {
        format!("{given} {family} {number}")
    };
    let mut person = Object::person(UNITS[index % UNITS.len()], &name)
        .primary(&address)
        .mail(&address);
    if index.is_multiple_of(3) {
        // The domain alias as Exchange's policy writes it.
        person = person.alias(&format!("{local}@{}", domains.alias));
    }
    if index.is_multiple_of(5) {
        let short = format!("{}{}{number}", &given[..1].to_lowercase(), family.to_lowercase());
        person = person.alias(&format!("{short}{}@{}", index % 7, domains.second));
    }
    if index.is_multiple_of(4) {
        person = person.value(&format!(
            "X500:/o=Corp/ou=First Administrative Group/cn=Recipients/cn={local}"
        ));
        person = person.value(&format!("SIP:{address}"));
    }
    if index % 40 == 39 {
        person.disabled()
    } else {
        person
    }
}

/// One of each case that makes a user ask the help desk.
fn awkward(domains: Domains<'_>) -> Vec<Object> {
    let Domains {
        main,
        second,
        alias,
        foreign,
    } = domains;
    let unit = "Staff/Special";
    let at = |local: &str, domain: &str| format!("{local}@{domain}");
    vec![
        // A name with a comma, an address with letters beyond ASCII, a domain in capitals.
        Object::person(unit, "Müller, Jürgen").primary(&at("Juergen.Mueller", &main.to_uppercase())),
        Object::person(unit, "Łukasz Żak")
            .primary(&at("lukasz.zak", main))
            .alias(&at("łukasz.żak", main)),
        // Two objects want the same address: once as both's primary, once as primary and alias.
        Object::person(unit, "Chris Double").primary(&at("chris.double", main)),
        Object::person(unit, "Chris Double (old)")
            .primary(&at("chris.double", main))
            .alias(&at("chris.old", main)),
        Object::person(unit, "Dana Primary").primary(&at("dana", main)),
        Object::person(unit, "Dora Alias")
            .primary(&at("dora", main))
            .alias(&at("dana", main)),
        // One object, one address, twice, the second time with a stray space: the primary claim counts.
        Object::person(unit, "Erik Twice")
            .primary(&at("erik.twice", main))
            .alias(&at(" erik.twice", main)),
        // One username portion in two domains.
        Object::person(unit, "Frida Same")
            .primary(&at("frida.same", main))
            .alias(&at("frida.same", second)),
        // Values that are no address, and values that are no e-mail.
        Object::person(unit, "Gustav Invalid")
            .primary(&at("gustav", main))
            .alias("gustav@@corp")
            .alias("no address"),
        Object::person(unit, "Hilde Other")
            .value("X500:/o=Corp/cn=hilde")
            .value("SIP:hilde@sip.example")
            .value("EUM:4711"),
        // Nothing of its own domains; hybrid set-ups have such primaries.
        Object::person(unit, "Ines Foreign").primary(&at("ines", foreign)),
        Object::person(unit, "Jan Hybrid")
            .primary(&at("jan", foreign))
            .alias(&at("jan", main)),
        // Only in the domain alias.
        Object::person(unit, "Karla Aliasdomain").primary(&at("karla", alias)),
        // Two primaries: `mail` says which.
        Object::person(unit, "Leo Two")
            .primary(&at("leo.two", main))
            .primary(&at("leo.second", second))
            .mail(&at("leo.two", main)),
        // Gone but not deleted, and without any address at all.
        Object::person(unit, "Mona Left")
            .primary(&at("mona.left", main))
            .disabled(),
        Object::person(unit, "Nils Nothing"),
        // A mailbox of Exchange's own.
        Object::person(unit, "Olga Odd")
            .primary(&at("olga.odd", main))
            .recipient_type(8_388_608),
    ]
}

/// `count` people of three SMTP addresses each, in units of a thousand: for measuring.
pub fn of_size(count: usize, domains: Domains<'_>) -> Directory {
    let object = |index: usize| {
        let address = format!("person{index:07}@{}", domains.main);
        Object::person(
            &format!("Staff/Unit {:04}", index / 1000),
            &format!("Person {index:07}"),
        )
        .primary(&address)
        .alias(&format!("p{index:07}@{}", domains.main))
        .alias(&format!("first.last{index:07}@{}", domains.second))
        .mail(&address)
    };
    Directory {
        objects: (0..count).map(object).collect(),
    }
}
