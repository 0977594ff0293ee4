//! Enums whose values have a stable text: what SQL, events and logs call them.

/// Declares an enum with `ALL`, `as_str`, `parse` and `Display`, so that a value and its text stand in one line.
macro_rules! text_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident { $( $(#[$value_attribute:meta])* $value:ident = $text:literal, )+ }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$value_attribute])* $value, )+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$value, )+];

            /// The stable text of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$value => $text, )+ }
            }

            /// The value whose stable text is `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$value), )+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use text_enum;
