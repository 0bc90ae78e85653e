//! What people write in scripts around flock(1).

use super::shells::{BASH, BUSYBOX, Idiom, KSH, MKSH, ZSH, idiom};

/// In the others only one digit can stand before a `>`.
const MORE_DIGITS: &[&str] = &[BASH, BUSYBOX];
/// A descriptor that is named by a variable is an invention of these.
const NAMED: &[&str] = &[BASH, ZSH];

pub const IDIOMS: &[Idiom] = &[
    idiom(
        "a subshell with a descriptor",
        "( flock -n 9 || exit 1
           echo in
           ( flock -n 9 || exit 7; echo never ) 9>lock
           echo \"inner $?\"
         ) 9>lock
         echo \"outer $?\"",
        "in\ninner 7\nouter 0\n",
    ),
    idiom(
        "a script that locks itself",
        "[ \"${FLOCKER}\" != \"$0\" ] && exec env FLOCKER=\"$0\" flock -en \"$0\" \"$0\" \"$@\" || :
         echo \"$# <$1>\"
         case $1 in
             again) echo never ;;
             *) FLOCKER= \"$0\" again; echo \"again $?\" ;;
         esac",
        "2 <first argument>\nagain 1\n",
    ),
    idiom(
        "a script that locks itself by a descriptor",
        "exec 9<\"$0\"
         flock -n 9 || { echo 'already running'; exit 3; }
         echo running
         [ $# -eq 0 ] || \"$0\" || echo $?",
        "running\nalready running\n3\n",
    ),
    idiom(
        "a lock that outlives exec",
        "case $1 in
             again) flock -n lock true || echo 'still busy' ;;
             *) exec 9>lock; flock -n 9 && echo locked; exec \"$0\" again ;;
         esac",
        "locked\nstill busy\n",
    ),
    idiom(
        "unlocked for what stays in the background",
        "exec 9>lock
         flock 9
         sleep 100 & pid=$!
         flock -n lock true || echo busy
         flock -u 9
         flock -n lock echo free
         kill $pid",
        "busy\nfree\n",
    ),
    idiom(
        "a daemon does not keep it, with -o",
        "flock -o lock sh -c 'sleep 100 >/dev/null & echo $! >pid'
         flock -n lock echo free
         kill \"$(cat pid)\"
         flock lock sh -c 'sleep 100 >/dev/null & echo $! >pid'
         flock -n lock echo free || echo busy
         kill \"$(cat pid)\"
         flock lock rm pid",
        "free\nbusy\n",
    ),
    idiom(
        "a daemon does not keep it, closed by the script",
        "( flock -n 9 || exit 1
           sleep 100 9>&- >/dev/null & echo $! >pid
         ) 9>lock
         flock -w 100 lock echo free
         kill \"$(cat pid)\"
         rm pid",
        "free\n",
    ),
    idiom(
        "a master connection that keeps the descriptor",
        "( flock -n 9 || exit 1
           sleep 100 >/dev/null 2>&1 & echo $! >pid
         ) 9>lock
         flock -n lock echo free || echo busy
         kill \"$(cat pid)\"
         flock lock echo 'free now'
         rm pid",
        "busy\nfree now\n",
    ),
    idiom(
        "a directory as the lock",
        "mkdir dir
         flock dir sh -c 'flock -n dir true || echo busy; : >dir/new'
         flock -n . echo here
         ls dir",
        "busy\nhere\nnew\n",
    ),
    idiom(
        "busy is no failure, with -E 0",
        "exec 9>lock
         flock 9
         flock -n -E 0 lock echo never && echo skipped
         flock -n -E 99 lock echo never || echo \"code $?\"",
        "skipped\ncode 99\n",
    ),
    idiom(
        "a here-document is the command's input",
        "name=world
         flock lock cat <<END
hello $name
END
         flock lock sh -s one two <<'END'
echo \"$# $2 $name\"
END
         flock -n lock sh -c 'read x; echo \"<$x>\"' <<END
last
END",
        "hello world\n2 two \n<last>\n",
    ),
    idiom(
        "a counter that is read, changed and written",
        "echo 0 >counter
         add() { exec 4<>counter.lock; flock 4; read n <counter; echo $((n + 1)) >counter; exec 4>&-; }
         for i in 1 2 3 4 5 6 7 8; do (add) & done
         wait
         cat counter",
        "8\n",
    ),
    idiom(
        "readers and a writer",
        "exec 7<>lock 8<>lock 9<>lock
         flock -s 8 && flock -s -n 9 && echo 'two readers'
         flock -x -n 7 || echo 'no writer'
         flock -u 8
         flock -x -n 7 || echo 'not yet'
         flock -u 9
         flock -x -n 7 && echo writer
         flock -s -n 8 || echo 'no reader'",
        "two readers\nno writer\nnot yet\nwriter\nno reader\n",
    ),
    idiom(
        "a group with its input as the lock",
        "echo data >file
         { flock 9; read x <&9; echo \"$x\"; } 9<file
         { flock -n 9 && cat; } 9<file <file",
        "data\ndata\n",
    ),
    idiom(
        "a wait that ends",
        "exec 8>lock
         flock 8
         ( flock -w 0.1 9 || { echo 'timed out'; exit 3; }; echo never ) 9>lock
         echo $?
         flock -u 8
         ( flock -w 100 9 || exit 3; echo in ) 9>lock",
        "timed out\n3\nin\n",
    ),
    idiom(
        "a function with a trap",
        "run() (
             exec 9>lock
             flock -n 9 || exit 75
             trap 'rm -f work; echo cleaned' EXIT
             : >work
             echo working
             exit 4
         )
         run
         echo $?
         ls",
        "working\ncleaned\n4\nlock\nscript\n",
    ),
    idiom(
        "a pipeline under the lock",
        "printf 'b\\na\\n' | flock lock -c 'sort | tr a-z A-Z' | cat
         flock lock -c 'exit 6' | cat
         flock lock --command 'false | true' && echo fine",
        "A\nB\nfine\n",
    ),
    idiom(
        "a line of a crontab",
        "flock -n ./x.lock -c \"echo start && echo 'two  blanks' && exit 2\"
         echo $?
         flock -xn ./x.lock -c \"flock -n ./x.lock -c 'echo never' || echo 'still running'\"
         flock -n ./x.lock sh -c 'echo \"$1\"' job '$HOME' >>log 2>&1; cat log",
        "start\ntwo  blanks\n2\nstill running\n$HOME\n",
    ),
    idiom(
        "lines of many at once stay whole",
        "i=0
         while [ $i -lt 12 ]; do echo $i; i=$((i + 1)); done |
             xargs -P 6 -n 1 sh -c 'flock lock sh -c \"printf %s, $0; printf \\\"%s\\\\n\\\" $0\"' >out
         grep -c '^\\([0-9]*\\),\\1$' out",
        "12\n",
    ),
    idiom(
        "under timeout",
        "exec 8>lock
         flock 8
         { timeout 0.1 flock lock echo never; } 2>/dev/null || echo 'timed out'
         flock -u 8
         timeout 100 flock lock echo ran
         flock -n lock timeout 0.1 sleep 100 || echo 'timed out'",
        "timed out\nran\ntimed out\n",
    ),
    idiom(
        "locks within locks",
        "flock a flock -s b sh -c 'echo both; flock -n a true || echo a; flock -n b true || echo b; flock -sn b echo reader'
         ( flock 8; flock 9; echo in ) 8>a 9>b
         flock -n a flock -n b echo free",
        "both\na\nb\nreader\nin\nfree\n",
    ),
    idiom(
        "one at a time, as logrotate and apt do it",
        "exec 9>>lock || exit 1
         if ! flock -n 9; then echo 'already running'; exit 75; fi
         echo $$ >lock
         [ \"$(cat lock)\" = $$ ] && echo mine
         ( exec 9>>lock; flock -n 9 || echo 'already running' )
         flock --wait 0 --conflict-exit-code 75 lock true || echo $?
         : >lock",
        "mine\nalready running\n75\n",
    ),
    idiom(
        "only the first one prepares",
        "for i in 1 2 3 4 5; do
             [ -f done ] || flock lock sh -c '[ -f done ] || { echo prepared; : >done; }' &
         done
         wait",
        "prepared\n",
    ),
    idiom(
        "each line under the lock",
        "printf 'one\\ntwo\\n' >in
         while read line; do flock 9; echo \"$line\"; flock -u 9; done <in 9>lock",
        "one\ntwo\n",
    ),
    idiom(
        "files that are found",
        "for n in 1 2 3; do echo $n >$n.in; done
         find . -name '*.in' -exec flock lock sh -c 'cat \"$1\" >>out' sh {} \\;
         sort out",
        "1\n2\n3\n",
    ),
    idiom(
        "all readers have to end first",
        "for i in 1 2 3; do ( flock -s 9; echo $i >>log ) 9>lock & done
         wait
         exec 7>lock 8>lock
         flock -s 8
         flock -w 0.1 7 || echo 'one still reads'
         flock -u 8
         flock -w 100 7 && sort log",
        "one still reads\n1\n2\n3\n",
    ),
    idiom(
        "with set -e and a variable for the options",
        "set -e
         with='-x -n'
         if [ -n \"$ZSH_VERSION\" ]; then setopt shwordsplit; fi
         flock $with lock echo ran
         flock $with lock flock $with lock echo never || echo busy
         result=$(flock lock echo result)
         echo \"$result\"",
        "ran\nbusy\nresult\n",
    ),
    idiom(
        "a signal ends the command, and the script goes on",
        "flock lock sh -c 'kill -TERM $$' || echo $?
         flock -n lock echo free",
        "143\nfree\n",
    ),
    idiom(
        "200 as the descriptor",
        "( flock -e 200; echo in; flock -n lock true || echo busy ) 200>lock
         exec 201>lock && flock -n 201 && echo locked",
        "in\nbusy\nlocked\n",
    )
    .only_under(MORE_DIGITS),
    idiom(
        "a descriptor that the shell chooses",
        "exec {fd}>lock
         flock -n \"$fd\" && echo locked
         flock -n lock true || echo busy
         exec {fd}>&-
         flock -n lock echo free",
        "locked\nbusy\nfree\n",
    )
    .only_under(NAMED),
    idiom(
        "a coprocess of bash",
        "coproc { flock lock sh -c 'echo got; read x; echo \"$x\"; read x'; }
         read a <&\"${COPROC[0]}\"
         flock -n lock true || echo busy
         echo go >&\"${COPROC[1]}\"
         read b <&\"${COPROC[0]}\"
         echo end >&\"${COPROC[1]}\"
         wait
         echo \"$a $b\"",
        "busy\ngot go\n",
    )
    .only_under(&[BASH]),
    idiom(
        "a coprocess of zsh",
        "coproc flock lock sh -c 'echo got; read x; echo \"$x\"; read x'
         read -p a
         flock -n lock true || echo busy
         print -p go
         read -p b
         print -p end
         wait
         echo \"$a $b\"",
        "busy\ngot go\n",
    )
    .only_under(&[ZSH]),
    idiom(
        "a coprocess of ksh",
        "flock lock sh -c 'echo got; read x; echo \"$x\"; read x' |&
         read -p a
         flock -n lock true || echo busy
         print -p go
         read -p b
         print -p end
         wait
         echo \"$a $b\"",
        "busy\ngot go\n",
    )
    .only_under(&[KSH, MKSH]),
    idiom(
        "a descriptor that ksh passes on when told to",
        "exec 9>lock
         flock -n 9 9>&9 && echo locked
         flock -n lock true || echo busy",
        "locked\nbusy\n",
    )
    .only_under(&[KSH, MKSH, BASH, BUSYBOX]),
];
