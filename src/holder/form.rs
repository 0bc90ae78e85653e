//! What withlock writes into its own files, byte for byte: whatever else stands in a file makes it somebody else's.
//!
//! The whole content is one line, of one of these two forms, and nothing behind it:
//!
//! ```text
//! {"withlock":1}
//! {"withlock":1,"pid":N,"user":N,"host":S,"since":N,"token":"T","command":S}
//! ```
//!
//! N is a decimal number without a leading zero; T is 16 lower-case hexadecimal digits; S is a JSON string as serde_json
//! writes it: valid UTF-8, with `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t` and, for the other control characters below U+0020,
//! `\u00XX` in lower case as its only escapes. A reader's line is filled up with blanks before its end to [`READERS`] bytes
//! ([`crate::holder::record`] says why).
//!
//! A full disk, a limit on file sizes or a crash can cut the line off anywhere. So a beginning of it is withlock's as well, if
//! it reaches the end of the [`SIGNATURE`]. A shorter one, down to an empty file, says too little by itself: there the file's
//! mode must tell ([`crate::lock::file::MODE_BEGUN`]).
//!
//! A later version that writes another field adds it to `FIELDS` and goes on accepting the forms before. An older version
//! takes a file of the newer form for somebody else's: it locks it, and leaves it as it is.

/// How every lock file of withlock's own begins.
pub const SIGNATURE: &[u8] = b"{\"withlock\":1";

/// The whole content of a file that has no holder.
pub const NOBODY: &[u8] = b"{\"withlock\":1}\n";

/// No line is longer, in bytes.
pub const LONGEST: usize = 4096;

/// The length of every reader's line, in bytes.
pub const READERS: usize = 512;

/// The fields behind the signature, in their order.
const FIELDS: [(&[u8], Value); 6] = [
    (b",\"pid\":", Value::Number(u32::MAX as u64)),
    (b",\"user\":", Value::Number(u32::MAX as u64)),
    (b",\"host\":", Value::Text),
    (b",\"since\":", Value::Number(u64::MAX)),
    (b",\"token\":", Value::Token),
    (b",\"command\":", Value::Text),
];

/// What a file's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Withlock's, with the signature: a line, or the beginning of one.
    Signed,
    /// Less than the signature; nothing perhaps.
    Begun,
    /// Not withlock's.
    Other,
}

/// What stands behind a field's name.
#[derive(Clone, Copy)]
enum Value {
    /// A number, at most this one.
    Number(u64),
    Text,
    Token,
}

/// Why the reading has ended before the end of the line.
enum Stop {
    /// So has the content.
    CutOff,
    /// It is another form.
    Other,
}

impl Form {
    /// Tells by the whole content of a file.
    ///
    /// ```
    /// use withlock::holder::form::{Form, NOBODY};
    ///
    /// assert_eq!(Form::of(NOBODY), Form::Signed);
    /// assert_eq!(Form::of(b""), Form::Begun);
    /// assert_eq!(Form::of(b"the result of a job"), Form::Other);
    /// ```
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        if content.len() < SIGNATURE.len() {
            return if SIGNATURE.starts_with(content) { Self::Begun } else { Self::Other };
        }
        match (Reader { content, at: 0 }).line() {
            Ok(()) | Err(Stop::CutOff) if content.len() <= LONGEST => Self::Signed,
            _ => Self::Other,
        }
    }
}

struct Reader<'a> {
    content: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// The line, and behind it the end of the content.
    fn line(mut self) -> Result<(), Stop> {
        self.literal(SIGNATURE)?;
        if self.next()? == b',' {
            for (name, value) in FIELDS {
                self.literal(name)?;
                match value {
                    Value::Number(most) => self.number(most)?,
                    Value::Text => self.text()?,
                    Value::Token => self.token()?,
                }
            }
        }
        self.literal(b"}")?;
        if self.next()? == b' ' {
            while self.at < READERS - 1 {
                self.literal(b" ")?;
            }
        }
        self.literal(b"\n")?;
        if self.at == self.content.len() { Ok(()) } else { Err(Stop::Other) }
    }

    /// The byte that comes next.
    fn next(&self) -> Result<u8, Stop> {
        self.content.get(self.at).copied().ok_or(Stop::CutOff)
    }

    fn literal(&mut self, text: &[u8]) -> Result<(), Stop> {
        for byte in text {
            if self.next()? != *byte {
                return Err(Stop::Other);
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self, most: u64) -> Result<(), Stop> {
        let start = self.at;
        let mut value = 0_u64;
        while self.next()?.is_ascii_digit() {
            let digit = u64::from(self.next()? - b'0');
            let next = value.checked_mul(10).and_then(|tens| tens.checked_add(digit));
            let has_leading_zero = value == 0 && self.at > start;
            value = next.filter(|it| *it <= most && !has_leading_zero).ok_or(Stop::Other)?;
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Stop::Other) }
    }

    fn token(&mut self) -> Result<(), Stop> {
        self.literal(b"\"")?;
        for _ in 0..16 {
            self.hexadecimal()?;
        }
        self.literal(b"\"")
    }

    fn hexadecimal(&mut self) -> Result<u8, Stop> {
        let digit = self.next()?;
        self.at += 1;
        match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(Stop::Other),
        }
    }

    fn text(&mut self) -> Result<(), Stop> {
        self.literal(b"\"")?;
        loop {
            match self.next()? {
                b'"' => return self.literal(b"\""),
                b'\\' => self.escape()?,
                0..=0x1f => return Err(Stop::Other),
                _ => self.character()?,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        self.literal(b"\\")?;
        let kind = self.next()?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => {
                self.literal(b"00")?;
                let code = self.hexadecimal()? << 4;
                let has_own = |code| matches!(code, 0x08 | 0x09 | 0x0a | 0x0c | 0x0d);
                if code > 0x10 {
                    return Err(Stop::Other);
                }
                let code = code | self.hexadecimal()?;
                if has_own(code) { Err(Stop::Other) } else { Ok(()) }
            }
            _ => Err(Stop::Other),
        }
    }

    /// One character as it is, in UTF-8.
    fn character(&mut self) -> Result<(), Stop> {
        let rest = &self.content[self.at..];
        let start = &rest[..rest.len().min(4)];
        let valid = match std::str::from_utf8(start) {
            Ok(text) => text,
            Err(error) if error.valid_up_to() > 0 => {
                std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
            }
            // Only at the end of the content can a character be cut off.
            Err(error) => {
                return Err(if error.error_len().is_none() { Stop::CutOff } else { Stop::Other });
            }
        };
        self.at += valid.chars().next().map_or(1, char::len_utf8);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
