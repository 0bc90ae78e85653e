//! Command lines that are refused, each with what is said of it.

use crate::cli::plan::Request;
use crate::cli::withlock::parse;

const WRONG: [&str; 55] = [
    "",
    "''",
    "L",
    "L --",
    "-w",
    "-E",
    "--warn-held",
    "--backend",
    "-c",
    "L -c",
    "-w 5x L true",
    "-w 18446744073709551616 L true",
    "-E 256 L true",
    "-q --warn-held 5x L true",
    "--backend nfs L true",
    "-c date L true",
    "L -c echo hello",
    "--keep=1 L true",
    "--unknown L true",
    "-Z L true",
    "--wiat 5 L true",
    "-quiet L true",
    "-t 5 L true",
    "--nb L true",
    "-N",
    "-N ''",
    "-N a/b true",
    "-N .a true",
    "-N backup",
    "-N backup -c date true",
    "L -N backup true",
    "L -qNbackup -c date",
    "--block L true",
    "--silent L true",
    "--exit-code 5 L true",
    "-e L true",
    "--read L true",
    "--fcntl L true",
    "--debug L true",
    "-? L true",
    "-u L true",
    "-F -o L true",
    "-l L true",
    "-L L true",
    "L -q true",
    "-q L -w",
    "L --nonsense true",
    "L --help true",
    "--status",
    "--status ''",
    "--status L --json",
    "--status -w 5 L",
    "--list D D",
    "--json L true",
    "--holder L",
];

pub(super) fn lines() -> Vec<String> {
    let refusal = |line: &&str| {
        let words = line.split_whitespace().map(|word| word.trim_matches('\''));
        match parse(["withlock"].into_iter().chain(words).map(Into::into).collect()) {
            Request::Refuse(why) => [format!("$ withlock {line}").trim_end().to_owned(), why],
            other => panic!("{line}: {other:?}"),
        }
    };
    WRONG.iter().flat_map(refusal).collect()
}
