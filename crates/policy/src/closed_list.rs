//! A macro for the closed lists of the policy language: enums that have one spelling everywhere.

/// A word that is not in a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {list}")]
pub struct NotInList {
    /// The list's name.
    pub list: &'static str,
    /// What was found.
    pub word: String,
}

/// A closed list, for code that reads words of any of them.
pub trait Word: Copy + 'static {
    /// The list's name in code.
    const LIST: &'static str;
    /// Every member.
    fn all() -> &'static [Self];
    /// Its spelling.
    fn spelling(self) -> &'static str;
}

/// Declares a closed list: an enum whose members have one spelling in files, the database and the API.
#[macro_export]
macro_rules! closed_list {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }
        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Its one spelling in policy files, the database and the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
        impl $crate::closed_list::Word for $name {
            const LIST: &'static str = stringify!($name);
            fn all() -> &'static [Self] {
                Self::ALL
            }
            fn spelling(self) -> &'static str {
                self.as_str()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::closed_list::NotInList;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($text => Ok(Self::$variant),)*
                    _ => Err($crate::closed_list::NotInList { list: stringify!($name), word: word.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use closed_list;
