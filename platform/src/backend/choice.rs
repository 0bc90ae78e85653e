//! The backends that people may ask for, by name.

use std::fmt;
use std::str::FromStr;

/// The table: a variant, and its name.
macro_rules! choices {
    ($($(#[$meta:meta])* $variant:ident = $name:literal,)*) => {
        /// Which backend the user asked for.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum Choice {
            $($(#[$meta])* $variant,)*
        }

        impl Choice {
            /// All of them, in the order in which they are listed to people.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// What people call it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

choices! {
    /// What suits the system and the file system, see [`select`](super::select).
    #[default]
    Auto = "auto",
    /// flock(2) alone.
    Flock = "flock",
    /// fcntl(2) alone, owned by the process.
    Fcntl = "fcntl",
    /// lockf(3).
    Lockf = "lockf",
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Choice {
    /// All names, for people: "auto, flock, fcntl or lockf".
    #[must_use]
    pub fn names() -> impl fmt::Display {
        UnknownChoice
    }
}

/// No backend has this name. It displays the names that there are, see [`Choice::names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownChoice;

impl fmt::Display for UnknownChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = Choice::ALL.len().saturating_sub(1);
        for (index, choice) in Choice::ALL.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index == last => " or ",
                _ => ", ",
            };
            write!(f, "{before}{choice}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownChoice {}

impl FromStr for Choice {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, UnknownChoice> {
        Self::ALL.iter().copied().find(|choice| choice.name() == text).ok_or(UnknownChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_stands_for_one_choice_and_a_typing_error_is_told_the_names() {
        for choice in Choice::ALL {
            assert_eq!(choice.name().parse(), Ok(*choice));
            assert_eq!(choice.to_string(), choice.name());
        }
        for wrong in ["", "Auto", "flok", "auto ", "ofd"] {
            assert_eq!(wrong.parse::<Choice>(), Err(UnknownChoice), "{wrong}");
        }
        assert_eq!(UnknownChoice.to_string(), "auto, flock, fcntl or lockf");
    }

    #[test]
    fn whoever_asks_for_nothing_gets_what_suits_the_system() {
        assert_eq!(Choice::default(), Choice::Auto);
    }
}
