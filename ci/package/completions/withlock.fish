# Completion of withlock(1) for fish.
# Made from src/cli/withlock/table.rs by tests/cli/completions/: do not edit.

# Prints in a line what may stand at the cursor; then the words before it that are the command's, one a line.
function __withlock_scan
    set -l tokens (commandline -opc)
    set -e tokens[1]
    set -l operands Job
    set -l expected options
    while set -q tokens[1]
        set -l given
        set -l takes next
        switch $tokens[1]
            case --
                set expected
                set -e tokens[1]
                break
            case '--*=*'
                set given (string replace -r '=.*' '' -- $tokens[1])
                set takes
            case '--*'
                set given $tokens[1]
            case '-*'
                # Letters, up to one that takes what is left of the word, or the next word.
                set -l letters (string match -r -- '^-([^wEjNc]*[wEjNc]?)(.*)' $tokens[1])
                set given -(string split '' -- $letters[2])
                if test -n "$letters[3]"
                    set takes
                end
            case '*'
                set expected
                break
        end
        set -e tokens[1]
        for option in $given
            switch $option
                case -w --wait --w --wa --wai --max-waiters -E --conflict-exit-code --warn-held -j --slots --backend --max-runtime --kill-after --signal
                    if test -n "$takes"; and set -q tokens[1]
                        set -e tokens[1]
                    end
                case -N --name
                    if test -n "$takes"; and set -q tokens[1]
                        set -e tokens[1]
                    end
                    set operands (__withlock_mode $operands NoLockFile)
                case -c --command
                    if test -n "$takes"; and set -q tokens[1]
                        set -e tokens[1]
                    end
                    set operands (__withlock_mode $operands NoCommand)
                case --status
                    set operands (__withlock_mode $operands LockFiles)
                case --list
                    set operands (__withlock_mode $operands Directory)
            end
        end
    end
    switch $operands
        case LockFiles
            set -a expected files
        case Directory
            if not set -q tokens[1]
                set -a expected directories
            end
        case Job NoCommand
            if not set -q tokens[1]
                set -a expected files
            else
                set -e tokens[1]
                if test $operands = Job
                    if not set -q tokens[1]
                        set -a expected command behind
                    else if not contains -- $tokens[1] -c --command
                        set -a expected command
                    end
                end
            end
        case NoLockFile
            set -a expected command
    end
    if test "$tokens[1]" = --
        set -e tokens[1]
    end
    echo $expected
    string join \n -- $tokens
end

# What an option makes of the operands.
function __withlock_mode
    switch "$argv"
        case 'NoCommand NoLockFile' 'NoLockFile NoCommand'
            echo Nothing
        case '*'
            echo $argv[2]
    end
end

# Whether this may stand at the cursor.
function __withlock_expects
    set -l lines (__withlock_scan)
    contains -- $argv[1] (string split ' ' -- $lines[1])
end

# The command, or what it takes itself.
function __withlock_command
    set -l lines (__withlock_scan)
    set -l current (commandline -ct)
    set -l line (string join ' ' -- (string escape -- $lines[2..]) "$current")
    complete --do-complete="$line"
end

function __withlock_durations
    set -l number (string replace -r '^-[^-]|^--.*=' '' -- (commandline -ct))
    if string match -qr '^\d+$' -- $number
        printf '%s\t%s\n' {$number}s seconds {$number}m minutes {$number}h hours {$number}d days
    else
        printf '%s\t%s\n' 30s seconds 5m minutes 1h hours inf 'without limit'
    end
end

complete -c withlock -f
complete -c withlock -n '__withlock_expects files' -F
complete -c withlock -n '__withlock_expects directories' -f -a '(__fish_complete_directories)'
complete -c withlock -n '__withlock_expects command' -f -a '(__withlock_command)'
complete -c withlock -n '__withlock_expects behind' -s c -l command -x -d 'Run a string with a shell'
complete -c withlock -n '__withlock_expects options' -s w -l wait -r -f -a '(__withlock_durations)' -d 'Wait at most this long: 0.5, 90s, 5m, 1h30m, inf'
complete -c withlock -n '__withlock_expects options' -s n -l nonblock -d 'Do not wait: the default'
complete -c withlock -n '__withlock_expects options' -l max-waiters -r -f -d 'If so many wait for the lock already, do not wait: it counts as busy'
complete -c withlock -n '__withlock_expects options' -l replace -f -a 'TERM INT HUP QUIT KILL USR1 USR2 ALRM CONT' -d 'End the run that holds the lock, by SIGNAL [default: TERM], and run instead'
complete -c withlock -n '__withlock_expects options' -s q -l quiet -d 'If the lock is busy, say nothing, and exit with 0'
complete -c withlock -n '__withlock_expects options' -s E -l conflict-exit-code -r -f -d 'If the lock is busy, exit with status N'
complete -c withlock -n '__withlock_expects options' -l warn-held -r -f -a '(__withlock_durations)' -d 'With -q: report it all the same, with status 1, if the lock has been held for so long'
complete -c withlock -n '__withlock_expects options' -s x -l exclusive -d 'One holder at a time: the default'
complete -c withlock -n '__withlock_expects options' -s s -l shared -d 'A reader\'s lock: many at a time'
complete -c withlock -n '__withlock_expects options' -s j -l slots -r -f -d 'Up to N at a time'
complete -c withlock -n '__withlock_expects options' -s N -l name -r -f -d 'Take the lock of this name, instead of LOCKFILE'
complete -c withlock -n '__withlock_expects options' -s k -l keep -d 'Do not remove the lock file at the end'
complete -c withlock -n '__withlock_expects options' -l no-create -d 'Do not create the lock file: exit with status 69 if there is none'
complete -c withlock -n '__withlock_expects options' -l insecure -d 'Use an unsafe place with a warning, instead of refusing it'
complete -c withlock -n '__withlock_expects options' -l backend -r -f -a 'auto flock fcntl lockf' -d 'Lock with this system call: auto, flock, fcntl or lockf [default: auto]'
complete -c withlock -n '__withlock_expects options' -s c -l command -r -f -d 'Run STRING with a shell'
complete -c withlock -n '__withlock_expects options' -s o -l close -d 'Do not pass the lock on to the command'
complete -c withlock -n '__withlock_expects options' -s F -l no-fork -d 'Become the command: it keeps the lock until its end, and the lock file stays'
complete -c withlock -n '__withlock_expects options' -l max-runtime -r -f -a '(__withlock_durations)' -d 'End the command when it has run this long, as timeout(1) does [default: 0, which is no limit]'
complete -c withlock -n '__withlock_expects options' -l kill-after -r -f -a '(__withlock_durations)' -d 'Kill it, or what --replace ends, if it has not ended this long after that [default: 0, never]'
complete -c withlock -n '__withlock_expects options' -l signal -r -f -a 'TERM INT HUP QUIT KILL USR1 USR2 ALRM CONT' -d 'End it with this signal: a name or a number [default: TERM]'
complete -c withlock -n '__withlock_expects options' -l status -d 'Say who holds each LOCKFILE, and run nothing: exit with status 0 if all are free, with 1 if not'
complete -c withlock -n '__withlock_expects options' -l list -d 'List the locks in a directory, by default those that have a name (-N)'
complete -c withlock -n '__withlock_expects options' -l json -d 'With --status or --list: print a line of JSON for each lock'
complete -c withlock -n '__withlock_expects options' -s v -l verbose -d 'Say on standard error what happens'
complete -c withlock -n '__withlock_expects options' -l syslog -d 'Tell the system\'s log as well, facility cron'
complete -c withlock -n '__withlock_expects options' -s h -l help -d 'Print this help; --help prints all'
complete -c withlock -n '__withlock_expects options' -s V -l version -d 'Print the version'
