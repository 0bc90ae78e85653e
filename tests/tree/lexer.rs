//! The words and signs of Rust code, each with its line: without comments, and with what stands in quotes apart from code.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, a keyword, a number or a lifetime.
    Word,
    /// A string or a character, without its quotes.
    Quoted,
    /// One character of punctuation, or `::`.
    Sign,
}

/// One token of code.
#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
}

impl Token {
    /// Whether this is that word or sign, and not a quotation of it.
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Quoted && self.text == text
    }
}

/// Whether the tokens go on, from there, with these words and signs.
pub fn continues(tokens: &[Token], at: usize, with: &[&str]) -> bool {
    let rest = tokens.get(at..).unwrap_or_default();
    rest.len() >= with.len() && rest.iter().zip(with).all(|(token, text)| token.is(text))
}

/// Where the bracket closes that opens there: the index of its partner, or the end.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if ["(", "[", "{"].iter().any(|sign| token.is(sign)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|sign| token.is(sign)) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at;
            }
        }
    }
    tokens.len()
}

/// The tokens of a file.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text: text.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.text.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    text: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn advance(&mut self, count: usize) {
        for _ in 0..count {
            if self.peek(0) == '\n' {
                self.line += 1;
            }
            self.at += 1;
        }
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token { kind, text, line });
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (c, _) if c.is_whitespace() => self.advance(1),
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.character_or_lifetime(),
            (c, _) if is_of_word(c) => self.word_or_prefixed(),
            (':', ':') => {
                self.push(Kind::Sign, "::".to_owned(), self.line);
                self.advance(2);
            }
            (c, _) => {
                self.push(Kind::Sign, c.to_string(), self.line);
                self.advance(1);
            }
        }
    }

    fn line_comment(&mut self) {
        while self.at < self.text.len() && self.peek(0) != '\n' {
            self.advance(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.advance(2);
                }
                ('*', '/') => {
                    depth -= 1;
                    self.advance(2);
                }
                _ => self.advance(1),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// From the opening quote on.
    fn string(&mut self) {
        let line = self.line;
        self.advance(1);
        let start = self.at;
        while self.at < self.text.len() && self.peek(0) != '"' {
            self.advance(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.quoted(start, line);
        self.advance(1);
    }

    /// From the first `#` or the opening quote on.
    fn raw_string(&mut self) {
        let line = self.line;
        let hashes = self.text[self.at..].iter().take_while(|c| **c == '#').count();
        self.advance(hashes + 1);
        let start = self.at;
        let is_end = |lexer: &Self| {
            lexer.peek(0) == '"' && (1..=hashes).all(|ahead| lexer.peek(ahead) == '#')
        };
        while self.at < self.text.len() && !is_end(self) {
            self.advance(1);
        }
        self.quoted(start, line);
        self.advance(hashes + 1);
    }

    fn quoted(&mut self, start: usize, line: usize) {
        let end = self.at.min(self.text.len());
        let text = self.text[start.min(end)..end].iter().collect();
        self.push(Kind::Quoted, text, line);
    }

    fn character_or_lifetime(&mut self) {
        let line = self.line;
        let is_character = self.peek(1) == '\\' || self.peek(2) == '\'';
        self.advance(1);
        let start = self.at;
        if is_character {
            self.advance(if self.peek(0) == '\\' { 2 } else { 1 });
            while self.at < self.text.len() && self.peek(0) != '\'' {
                self.advance(1);
            }
            self.quoted(start, line);
            self.advance(1);
        } else {
            let name = self.word();
            self.push(Kind::Word, format!("'{name}"), line);
        }
    }

    fn word(&mut self) -> String {
        let start = self.at;
        while is_of_word(self.peek(0)) {
            self.advance(1);
        }
        self.text[start..self.at].iter().collect()
    }

    /// A word, or a string or character with a prefix.
    fn word_or_prefixed(&mut self) {
        let line = self.line;
        let word = self.word();
        let is_raw = word.ends_with('r') && matches!(word.as_str(), "r" | "br" | "cr");
        let hashes = self.text[self.at..].iter().take_while(|c| **c == '#').count();
        match self.peek(0) {
            '"' | '#' if is_raw && self.peek(hashes) == '"' => self.raw_string(),
            '"' if matches!(word.as_str(), "b" | "c") => self.string(),
            '\'' if word == "b" => self.character_or_lifetime(),
            '#' if word == "r" && is_of_word(self.peek(1)) => {
                self.advance(1);
                let name = self.word();
                self.push(Kind::Word, name, line);
            }
            _ => self.push(Kind::Word, word, line),
        }
    }
}

/// The tokens of what is compiled outside tests: without the items under `#[cfg(test)]`.
pub fn outside_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_of_tests(tokens, at) {
            at = end_of_item(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn is_of_tests(tokens: &[Token], at: usize) -> bool {
    continues(tokens, at, &["#", "[", "cfg", "(", "test", ")"])
        || continues(tokens, at, &["#", "[", "cfg", "(", "all", "(", "test"])
}

/// Behind the item that an attribute there belongs to, after all its attributes.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    while continues(tokens, at, &["#", "["]) {
        at = closing(tokens, at + 1) + 1;
    }
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            _ if tokens[at].kind == Kind::Quoted => at += 1,
            ";" => return at + 1,
            // A `use` with braces goes on to its semicolon; of all else, the block is the end.
            "{" => {
                let end = closing(tokens, at) + 1;
                return if continues(tokens, end, &[";"]) { end + 1 } else { end };
            }
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Kind, outside_tests, tokens};

    fn words(text: &str) -> Vec<String> {
        let words = tokens(text).into_iter().filter(|token| token.kind == Kind::Word);
        words.map(|token| token.text).collect()
    }

    #[test]
    fn prose_and_quotations_are_no_code() {
        let quoted = r###"
            a /* b /* c */ d */ "e \" f" r#"g " h"# b"i" br##"j"# k"## c"l" 'm' '\'' b'n' '\u{6f}' // p
            q::r#type 'r s"###;
        assert_eq!(words(quoted), ["a", "q", "type", "'r", "s"]);
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let text = "/*\n\n*/ \"\n\\\n\" r\"\n\" // x\nlast";
        assert_eq!(tokens(text).last().map(|token| token.line), Some(7));
    }

    #[test]
    fn what_is_compiled_for_tests_only_is_left_out() {
        let text = "a #[cfg(test)] #[path = \"x\"] mod b; c #[cfg(all(test, unix))] mod d { e } f \
                    #[cfg(test)] use g::{h, i}; #[cfg(test)] fn j(k: [u8; 2]) { l } m";
        let left = outside_tests(&tokens(text));
        let left: Vec<_> = left.iter().map(|token| token.text.as_str()).collect();
        assert_eq!(left, ["a", "c", "f", "m"]);
    }
}
