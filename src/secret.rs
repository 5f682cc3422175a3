//! A word that nobody may read: a token on its way from the environment to whoever asks for it, shown nowhere.

use std::fmt;

/// A token. What prints it, in whatever form, prints three stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a token as the environment holds it; white space around it is none of it. None if nothing is left, or if what
    /// is left could be no token.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self(text.to_owned()))
    }

    /// Takes a text that holds a token, as it is.
    pub fn of_text(text: String) -> Self {
        Self(text)
    }

    /// The token itself, for a header or a variable of another program's environment; never for words.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_nowhere() {
        let secret = Secret::new(" s3cret\n").expect("a token");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.expose(), "s3cret");
    }

    #[test]
    fn what_could_be_no_token_is_none() {
        for bad in ["", " \n", "a b", "a\r\nX-Header: b", "töken"] {
            assert_eq!(Secret::new(bad), None, "{bad:?}");
        }
    }
}
