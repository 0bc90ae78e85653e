use super::*;

fn read(line: &[&str]) -> Request {
    parse(&line.iter().map(OsString::from).collect::<Vec<_>>())
}

fn plan(wait: WaitLimit, quiet: bool) -> Request {
    let command =
        Command { program: "cmd".into(), arguments: vec!["-t".into()], resets_sigchld: false };
    Request::Run(Plan { file: "lock".into(), wait, quiet, command })
}

#[test]
fn the_same_line_means_what_it_did() {
    let ten = WaitLimit::AtMost(Duration::from_secs(10));
    for (options, wait, quiet) in [
        (&[][..], WaitLimit::No, false),
        (&["-f"], WaitLimit::No, false),
        (&["-q"], WaitLimit::No, true),
        (&["-w"], WaitLimit::Forever, false),
        (&["-wt0"], WaitLimit::Forever, false),
        (&["-t", "10"], ten, false),
        (&["-f", "-t10"], ten, false),
        (&["-qt", "10"], ten, true),
        (&["-t", "5", "-q", "-t", "10", "--"], ten, true),
    ] {
        let line = [options, &["lock", "cmd", "-t"]].concat();
        assert_eq!(read(&line), plan(wait, quiet), "{options:?}");
    }
    for line in [&["-l", "lock"][..], &["-lt0", "lock", "-w", "cmd"]] {
        assert_eq!(read(line), Request::Look("lock".into()), "{line:?}");
    }
}

#[test]
fn the_first_mistake_is_told() {
    for (line, why) in [
        (&[][..], "lock file is missing"),
        (&["-q"], "lock file is missing"),
        (&["lock"], "command is missing"),
        (&["-z", "lock", "cmd"], "unknown option -z"),
        (&["--help"], "unknown option --help"),
        (&["-t"], "-t needs a value"),
        (&["-t", "x", "-ww"], "timeout"),
        (&["-ww", "-t", "x"], "only one"),
        (&["-ql", "lock"], "only one"),
        (&["-wt1", "lock", "cmd"], "-t is only for"),
        (&["-lt1", "lock"], "-t is only for"),
    ] {
        let request = read(line);
        let Request::Refuse(said) = &request else { panic!("{line:?}: {request:?}") };
        assert!(said.contains(why), "{line:?}: {said}");
    }
}
