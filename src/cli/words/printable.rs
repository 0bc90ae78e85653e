//! Characters that show as themselves, in their place in the line.

/// Characters that do not, besides the controls (Cc): of the Unicode Character Database 18.0, all of
/// `DerivedGeneralCategory.txt` that is a format character (Cf: writing direction, joiners, tags), a line or paragraph
/// separator (Zl, Zp), or for private use (Co); all that has `Default_Ignorable_Code_Point` in
/// `DerivedCoreProperties.txt` (fillers, variation selectors, and what is reserved for such); and the noncharacters
/// (with the rest of plane 14, which has nothing else). Whatever else is not assigned yet is left: it shows as a box. Combining marks are parts of letters, in many languages.
const HIDDEN: [(u32, u32); 40] = [
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x0600, 0x0605),
    (0x061C, 0x061C),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),
    (0xFDD0, 0xFDEF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0x1FFFE, 0x1FFFF),
    (0x2FFFE, 0x2FFFF),
    (0x3FFFE, 0x3FFFF),
    (0x4FFFE, 0x4FFFF),
    (0x5FFFE, 0x5FFFF),
    (0x6FFFE, 0x6FFFF),
    (0x7FFFE, 0x7FFFF),
    (0x8FFFE, 0x8FFFF),
    (0x9FFFE, 0x9FFFF),
    (0xAFFFE, 0xAFFFF),
    (0xBFFFE, 0xBFFFF),
    (0xCFFFE, 0xCFFFF),
    (0xDFFFE, 0x10FFFF),
];

/// Whether a character shows as itself, and leaves the rest of the line as it is.
fn is_printable(c: char) -> bool {
    // What most messages consist of needs no search.
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    let code = u32::from(c);
    let behind = HIDDEN.partition_point(|(first, _)| *first <= code);
    let hidden = HIDDEN[..behind].last().is_some_and(|(_, last)| code <= *last);
    !c.is_control() && !hidden
}

/// A text as one line that no terminal obeys: names and records can hold anything.
pub(super) fn line(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if is_printable(c) { c } else { '?' })
}

#[cfg(test)]
mod tests {
    use super::{HIDDEN, is_printable};

    #[test]
    fn letters_of_all_scripts_are_shown() {
        let text = "aZ~ \u{e4}\u{df}\u{107}\u{416}\u{5d0}\u{627}\u{e01}\u{915}\u{94d}\u{301}\u{20ac}\u{4e2d}\u{3042}\u{ac00}\u{1f512}\u{fffd}\u{2500}\u{a0}\u{30000}";
        assert!(text.chars().all(is_printable));
    }

    #[test]
    fn what_hides_or_moves_other_characters_is_not() {
        let hidden = "\0\n\r\t\x1b\x7f\u{80}\u{85}\u{9b}\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\
            \u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2065}\u{2066}\u{2069}\u{206f}\u{3164}\u{e000}\u{fdd0}\u{fe0f}\u{feff}\
            \u{fff9}\u{fffb}\u{fffe}\u{13430}\u{1d173}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e0fff}\u{f0000}\u{10ffff}";
        for c in hidden.chars() {
            assert!(!is_printable(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn the_table_is_in_order_so_that_the_search_finds_everything() {
        assert!(HIDDEN.iter().all(|(first, last)| first <= last));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }
}
