//! What the library offers, as a list: every declaration in `src/` that other crates can reach, in the words of the code. A
//! change of it is a change for those who use it, and is to be seen as such.

use super::lexer::{self, Kind, Token, closing, continues};
use super::source::Tree;

/// One line a declaration, with its file.
pub fn surface(tree: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    for source in tree.rust() {
        let name = source.name.as_str();
        if name.starts_with("src/") && name != "src/main.rs" {
            let tokens = lexer::outside_tests(&source.tokens);
            let mut reader = Reader { tokens: &tokens, lines: Vec::new() };
            reader.items(0, tokens.len(), "", false);
            lines.extend(reader.lines.into_iter().map(|line| format!("{name}: {line}")));
        }
    }
    lines
}

struct Reader<'a> {
    tokens: &'a [Token],
    lines: Vec<String>,
}

impl Reader<'_> {
    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(text))
    }

    /// The items between two places; `inside` names what they belong to. In a trait, all of them are public.
    fn items(&mut self, start: usize, end: usize, inside: &str, in_trait: bool) {
        let mut at = start;
        while at < end {
            if self.is(at, "#") {
                let open = if self.is(at + 1, "!") { at + 2 } else { at + 1 };
                at = closing(self.tokens, open) + 1;
                continue;
            }
            let restricted = continues(self.tokens, at, &["pub", "("]);
            let public = in_trait || self.is(at, "pub") && !restricted;
            let first = match at {
                _ if restricted => closing(self.tokens, at + 1) + 1,
                _ if self.is(at, "pub") => at + 1,
                _ => at,
            };
            at = self.item(first, end, inside, public);
        }
    }

    /// One item, from its first word on; returns where the next one begins.
    fn item(&mut self, first: usize, end: usize, inside: &str, public: bool) -> usize {
        let stop = self.header_end(first, end);
        let header = shown(&self.tokens[first..stop]);
        let body_end = if self.is(stop, "{") { closing(self.tokens, stop) } else { stop };
        let body = stop + 1..body_end;
        let keyword = self.tokens.get(first).map(|token| token.text.clone()).unwrap_or_default();
        if public {
            self.lines.push(format!("{inside}{header}"));
        }
        match keyword.as_str() {
            "struct" | "enum" if public => {
                let of = format!("{inside}{} ", self.tokens[first + 1].text);
                self.parts(body.start, body.end, &of, keyword == "enum");
            }
            "trait" if public => {
                let of = format!("{inside}{} ", self.tokens[first + 1].text);
                self.items(body.start, body.end, &of, true);
            }
            "impl" if header.contains(" for ") => self.lines.push(format!("{inside}{header}")),
            "impl" => self.items(body.start, body.end, &format!("{inside}{header}: "), false),
            "mod" => self.items(body.start, body.end, &format!("{inside}{header}: "), false),
            _ => {}
        }
        // A constant's value, or an import's list, ends with a semicolon.
        let is_value = self.is(stop, "=") || keyword == "use";
        if !is_value && (self.is(stop, "{") || self.is(stop, ";")) {
            return body_end + 1;
        }
        let mut at = stop;
        while at < end && !self.is(at, ";") {
            let opens = ["(", "[", "{"].iter().any(|sign| self.is(at, sign));
            at = if opens { closing(self.tokens, at) + 1 } else { at + 1 };
        }
        at + 1
    }

    /// Where the header of an item ends: at its body, its value, or its semicolon.
    fn header_end(&self, first: usize, end: usize) -> usize {
        let is_import = self.is(first, "use");
        let mut at = first;
        while at < end {
            if self.is(at, ";") || !is_import && (self.is(at, "{") || self.is(at, "=")) {
                return at;
            }
            let opens = ["(", "[", "{"].iter().any(|sign| self.is(at, sign));
            at = if opens { closing(self.tokens, at) + 1 } else { at + 1 };
        }
        end
    }

    /// The fields that are public, or all variants.
    fn parts(&mut self, start: usize, end: usize, of: &str, all: bool) {
        let mut at = start;
        while at < end {
            if self.is(at, "#") {
                at = closing(self.tokens, at + 1) + 1;
                continue;
            }
            let mut stop = at;
            while stop < end && !self.is(stop, ",") {
                let opens = ["(", "[", "{"].iter().any(|sign| self.is(stop, sign));
                stop = if opens { closing(self.tokens, stop) + 1 } else { stop + 1 };
            }
            let is_public = self.is(at, "pub") && !self.is(at + 1, "(");
            if all || is_public {
                self.lines.push(format!("{of}{}", shown(&self.tokens[at..stop])));
            }
            at = stop + 1;
        }
    }
}

/// Tokens as one line, with blanks where people put them; attributes are left out.
fn shown(tokens: &[Token]) -> String {
    let mut line = String::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if continues(tokens, at, &["#", "["]) {
            at = closing(tokens, at + 1) + 1;
            continue;
        }
        let is_tight = |c: char| "([<&:'!".contains(c) && !line.ends_with(": ");
        let follows_tight = line.is_empty() || line.ends_with(is_tight);
        let is_sign = |text: &str| token.kind == Kind::Sign && token.text == text;
        let hugs = [",", ";", ")", "]", ">", "::", ":", "(", "<", ".", "?", "!"];
        if !follows_tight && !hugs.iter().any(|sign| is_sign(sign)) && !line.ends_with(' ') {
            line.push(' ');
        }
        line.push_str(&token.text);
        if is_sign(":") {
            line.push(' ');
        }
        at += 1;
    }
    line.replace("- >", "->").trim_end().to_owned()
}
