//! Some objects of a read.

use super::directory::Directory;

/// Some objects of a read, in at most an octet for each object that it has, however many others are named.
#[derive(Clone, Debug, Default)]
pub struct Selection(Vec<bool>);

impl Selection {
    /// Adds the object with this id, if the read has it.
    pub fn add(&mut self, read: &Directory, id: &str) {
        if let Some(object) = read.ids.find(id) {
            self.0.resize(read.ids.len(), false);
            self.0[object as usize] = true;
        }
    }

    /// True if the object with this id was added, of the same read.
    pub fn contains(&self, read: &Directory, id: &str) -> bool {
        let object = read.ids.find(id);
        object.is_some_and(|object| self.0.get(object as usize) == Some(&true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::Hints;
    use crate::id::ObjectId;
    use crate::object::{DirectoryObject, ObjectType};

    #[test]
    fn what_the_read_does_not_have_is_never_selected_and_takes_no_memory() {
        let mut builder = Directory::builder();
        for id in ["ann", "bob"] {
            builder.push(DirectoryObject {
                id: ObjectId::from_canonical(id).unwrap(),
                dn: format!("CN={id}"),
                object_type: ObjectType::User,
                disabled: false,
                hints: Hints::NONE,
                mail: None,
                claims: Vec::new(),
            });
        }
        let read = builder.finish();
        let mut selection = Selection::default();
        for id in ["bob", "eve", "zoe"] {
            selection.add(&read, id);
        }
        let selected = ["ann", "bob", "eve"].map(|id| selection.contains(&read, id));
        assert_eq!(selected, [false, true, false]);
        assert_eq!(selection.0.len(), 2);
    }
}
