//! A hostile user: has whatever he may change stand for something else, again and again, as fast as he can.
//!
//! He puts everything back after each trick, so that the model of the tree stays true of what is not in his hands. He moves
//! nothing of anybody's from one directory to another: what then lies in a sticky one is out of his hands for ever, and the
//! model would not know.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use crate::support::helper::Lines;
use crate::support::people::{BOB, chmod};

/// Something that he can try at a name in a directory; `true` if it worked.
type Trick = fn(&Spot) -> bool;

const TRICKS: [Trick; 5] = [point_elsewhere, exchange_with_neighbour, plant, replace, change_mode];

struct Spot {
    directory: PathBuf,
    at: PathBuf,
    /// Places that look safe, once one is there.
    lures: Vec<PathBuf>,
}

/// Plays the attacker. Each order is `attack LURES N` and N lines `DIRECTORY NAME`, with tabs, answered with the number of
/// tricks that work; then anything at all, answered with how often one did.
pub fn play() {
    let mut lines = Lines::to_parent();
    let mut out = Lines::to_parent();
    let (orders, received) = channel();
    std::thread::spawn(move || {
        while let Some(line) = lines.hear() {
            orders.send(line).unwrap();
        }
    });
    while let Ok(order) = received.recv() {
        let (lures, count) = order.split_once('\t').unwrap();
        let lures: Vec<PathBuf> = lures.split(':').map(PathBuf::from).collect();
        let spots: Vec<Spot> = (0..count.parse().unwrap())
            .map(|_| Spot::of(&received.recv().unwrap(), &lures))
            .collect();
        attack(&spots, &received, &mut out);
    }
}

fn attack(spots: &[Spot], orders: &Receiver<String>, out: &mut Lines) {
    let all = spots.iter().flat_map(|spot| TRICKS.map(|trick| (spot, trick)));
    let working: Vec<(&Spot, Trick)> = all.filter(|(spot, trick)| trick(spot)).collect();
    out.say(&working.len().to_string());
    let mut flips = working.len();
    'busy: loop {
        for (spot, trick) in &working {
            flips += usize::from(trick(spot));
            if orders.try_recv() != Err(TryRecvError::Empty) {
                break 'busy;
            }
        }
        if working.is_empty() {
            let _ = orders.recv();
            break;
        }
    }
    out.say(&flips.to_string());
}

impl Spot {
    fn of(line: &str, lures: &[PathBuf]) -> Self {
        let (directory, name) = line.split_once('\t').unwrap();
        let directory = PathBuf::from(directory);
        Self { at: directory.join(name), directory, lures: lures.to_vec() }
    }

    fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.at).is_ok()
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// Gives others the time to run into it.
fn linger() {
    for _ in 0..1000 {
        std::hint::spin_loop();
    }
}

/// Both names at once, so that there is never none (rename(2), `RENAME_EXCHANGE`).
fn exchange(one: &Path, other: &Path) -> bool {
    let [one, other] = [one, other].map(|path| CString::new(path.as_os_str().as_bytes()).unwrap());
    // SAFETY: both paths end with NUL, and the kernel only reads them.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            one.as_ptr(),
            libc::AT_FDCWD,
            other.as_ptr(),
            libc::RENAME_EXCHANGE,
        )
    };
    answer == 0
}

/// Has a link of his take the place of what is there.
fn point_elsewhere(spot: &Spot) -> bool {
    let decoy = spot.beside(".decoy");
    let mut worked = false;
    for lure in &spot.lures {
        if !spot.is_there() || symlink(lure, &decoy).is_err() {
            return worked;
        }
        if exchange(&spot.at, &decoy) {
            worked = true;
            linger();
            exchange(&spot.at, &decoy);
        }
        let _ = fs::remove_file(&decoy);
    }
    worked
}

/// Has what is there and what lies beside it change places.
fn exchange_with_neighbour(spot: &Spot) -> bool {
    let mut worked = false;
    for name in ["a", "b", "c", "d", "e"] {
        let neighbour = spot.beside(name);
        if neighbour != spot.at && exchange(&spot.at, &neighbour) {
            worked = true;
            linger();
            exchange(&spot.at, &neighbour);
        }
    }
    worked
}

/// Puts a link where nothing is: one of his, or another name of somebody else's.
fn plant(spot: &Spot) -> bool {
    let mut worked = false;
    for lure in &spot.lures {
        let theirs = lure.join("link");
        let inside = lure.join("lock");
        let planted =
            [symlink(lure, &spot.at), symlink(&inside, &spot.at), fs::hard_link(&theirs, &spot.at)];
        if planted.iter().any(Result::is_ok) {
            worked = true;
            linger();
            let _ = fs::remove_file(&spot.at);
        }
    }
    worked
}

/// Has a directory of his own take the place of what is there, which he moves aside for a moment.
fn replace(spot: &Spot) -> bool {
    let aside = spot.beside(".aside");
    if fs::rename(&spot.at, &aside).is_err() {
        return false;
    }
    if fs::create_dir(&spot.at).is_ok() {
        linger();
        let _ = fs::remove_dir_all(&spot.at);
    }
    linger();
    fs::rename(&aside, &spot.at).is_ok()
}

/// Opens a directory of his own to everybody, or to nobody.
fn change_mode(spot: &Spot) -> bool {
    let Ok(facts) = fs::symlink_metadata(&spot.directory) else { return false };
    if facts.uid() != BOB || !facts.is_dir() {
        return false;
    }
    for mode in [0o755, 0o1777, 0o777, 0o700] {
        chmod(&spot.directory, mode);
        linger();
    }
    chmod(&spot.directory, facts.mode() & 0o7777);
    true
}
