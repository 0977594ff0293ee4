//! The merged tree of file and variables, as something that serde reads.

use std::{collections::BTreeMap, fmt, fs, path::PathBuf};

use serde::{
    Deserializer,
    de::{self, IntoDeserializer, Visitor},
    forward_to_deserialize_any,
};

use super::secret;

/// A value. Where it came from decides how freely it is read.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Table(BTreeMap<String, Node>),
    /// A value from the file, which has a type already.
    List(Vec<Node>),
    String(String),
    Integer(i64),
    Float(f64),
    Switch(bool),
    /// From a variable: text, whatever it stands for.
    Text(String),
    /// A secret's file, found by its `_file` key.
    File(PathBuf),
}

impl From<toml::Value> for Node {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::Table(table) => table.into(),
            toml::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            toml::Value::String(text) => Self::String(text),
            toml::Value::Integer(number) => Self::Integer(number),
            toml::Value::Float(number) => Self::Float(number),
            toml::Value::Boolean(switch) => Self::Switch(switch),
            toml::Value::Datetime(time) => Self::String(time.to_string()),
        }
    }
}

impl From<toml::Table> for Node {
    fn from(table: toml::Table) -> Self {
        Self::Table(
            table
                .into_iter()
                .map(|(key, value)| (key, value.into()))
                .collect(),
        )
    }
}

/// Reason why a value was not read.
#[derive(Debug)]
pub(super) struct ReadError {
    pub(super) message: String,
    /// The key that is not there, within the table where the error arose.
    pub(super) missing: Option<&'static str>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            missing: None,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            message: "missing".to_owned(),
            missing: Some(field),
        }
    }

    fn unknown_field(_field: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown; known here: {}", expected.join(", ")))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("`{variant}` is not one of {}", expected.join(", ")))
    }
}

/// `url_file` gives `url`, where the section has the one key but not the other.
fn resolve_files(
    table: BTreeMap<String, Node>,
    fields: &[&str],
) -> Result<BTreeMap<String, Node>, ReadError> {
    let mut resolved = BTreeMap::new();
    for (key, node) in table {
        let base = key
            .strip_suffix("_file")
            .filter(|base| !fields.contains(&key.as_str()) && fields.contains(base));
        let (key, node) = match (base, node) {
            (Some(base), Node::Text(path) | Node::String(path)) => (base.to_owned(), Node::File(path.into())),
            (_, node) => (key, node),
        };
        if resolved.contains_key(&key) {
            return Err(de::Error::custom(format_args!(
                "`{key}` and `{key}_file` are both given"
            )));
        }
        resolved.insert(key, node);
    }
    Ok(resolved)
}

impl IntoDeserializer<'_, ReadError> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Reads a variable's text as a number or a switch.
macro_rules! read_text {
    ($($method:ident => $visit:ident: $type:ty, $what:literal;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            match self {
                Node::Text(text) => match text.trim().parse::<$type>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(de::Error::custom(format_args!(concat!("`{}` is not ", $what), text))),
                },
                node => node.deserialize_any(visitor),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Node {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Self::Table(table) => visitor.visit_map(de::value::MapDeserializer::new(table.into_iter())),
            Self::List(items) => visitor.visit_seq(de::value::SeqDeserializer::new(items.into_iter())),
            Self::String(text) | Self::Text(text) => visitor.visit_string(text),
            Self::Integer(number) => visitor.visit_i64(number),
            Self::Float(number) => visitor.visit_f64(number),
            Self::Switch(switch) => visitor.visit_bool(switch),
            Self::File(_) => Err(de::Error::custom("is not a secret: it is not read from a file")),
        }
    }

    read_text! {
        deserialize_bool => visit_bool: bool, "true or false";
        deserialize_i8 => visit_i64: i64, "a whole number";
        deserialize_i16 => visit_i64: i64, "a whole number";
        deserialize_i32 => visit_i64: i64, "a whole number";
        deserialize_i64 => visit_i64: i64, "a whole number";
        deserialize_u8 => visit_u64: u64, "a whole number of 0 or more";
        deserialize_u16 => visit_u64: u64, "a whole number of 0 or more";
        deserialize_u32 => visit_u64: u64, "a whole number of 0 or more";
        deserialize_u64 => visit_u64: u64, "a whole number of 0 or more";
        deserialize_f32 => visit_f64: f64, "a number";
        deserialize_f64 => visit_f64: f64, "a number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            // An empty variable is how a container's environment says "not set".
            Self::Text(text) if text.is_empty() => visitor.visit_none(),
            node => visitor.visit_some(node),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Self::Text(text) = self else {
            return self.deserialize_any(visitor);
        };
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let items: Vec<Self> = items.map(|item| Self::Text(item.to_owned())).collect();
        visitor.visit_seq(de::value::SeqDeserializer::new(items.into_iter()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Self::File(path) if name == secret::NAME => {
                let text = fs::read_to_string(&path).map_err(|error| {
                    de::Error::custom(format_args!("cannot read {}: {error}", path.display()))
                });
                text.and_then(|text| {
                    visitor.visit_newtype_struct(Self::Text(text.trim_end_matches(['\r', '\n']).to_owned()))
                })
            }
            node => visitor.visit_newtype_struct(node),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Self::Table(table) => Self::Table(resolve_files(table, fields)?).deserialize_any(visitor),
            node => node.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Self::Text(text) | Self::String(text) => visitor.visit_enum(text.into_deserializer()),
            node => node.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map identifier ignored_any
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::Table(BTreeMap::new())
    }
}

impl Node {
    /// Puts a value where the path leads, making the tables on the way.
    pub(super) fn insert(&mut self, path: &[&str], node: Node) {
        match (path, self) {
            ([], this) => *this = node,
            ([first, rest @ ..], Self::Table(table)) => {
                table.entry((*first).to_owned()).or_default().insert(rest, node);
            }
            (_, this) => {
                *this = Self::default();
                this.insert(path, node);
            }
        }
    }

    /// Takes a value out; false if there is none.
    pub(super) fn remove(&mut self, path: &[&str]) -> bool {
        match (path, self) {
            ([last], Self::Table(table)) => table.remove(*last).is_some(),
            ([first, rest @ ..], Self::Table(table)) => {
                table.get_mut(*first).is_some_and(|node| node.remove(rest))
            }
            _ => false,
        }
    }
}
