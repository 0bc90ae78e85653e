# shellcheck shell=bash
# Completion of withlock(1) for bash 3.2 or newer; with bash-completion, also of the command's own arguments.
# Made from src/cli/withlock/table.rs by tests/cli/completions/: do not edit.

# The option $1: what its value is (kind, choices), whether it is the next word (takes), what the operands are.
_withlock_option() {
    kind='' takes='' choices=''
    case $1 in
        -w | --wait | --w | --wa | --wai) kind=duration; takes=next ;;
        --max-waiters) kind=other; takes=next ;;
        --replace) kind=choice choices='TERM INT HUP QUIT KILL USR1 USR2 ALRM CONT' ;;
        -E | --conflict-exit-code) kind=other; takes=next ;;
        --warn-held) kind=duration; takes=next ;;
        -j | --slots) kind=other; takes=next ;;
        -N | --name) kind=other; takes=next; _withlock_mode NoLockFile ;;
        --backend) kind=choice choices='auto flock fcntl lockf'; takes=next ;;
        -c | --command) kind=other; takes=next; _withlock_mode NoCommand ;;
        --max-runtime) kind=duration; takes=next ;;
        --kill-after) kind=duration; takes=next ;;
        --signal) kind=choice choices='TERM INT HUP QUIT KILL USR1 USR2 ALRM CONT'; takes=next ;;
        --status) _withlock_mode LockFiles ;;
        --list) _withlock_mode Directory ;;
    esac
}

# Adds the lines of standard input. Readline replaces only what is behind a = or : of the word, so $before is left out.
_withlock_add() {
    local line
    while IFS= read -r line; do
        COMPREPLY+=("${line#"$before"}")
    done
}

# Adds those of the words $1 that begin like $2.
_withlock_words() {
    _withlock_add < <(compgen -P "$3" -W "$1" -- "$2")
}

# Leaves files, or directories, to readline (bash 3.2 can't).
_withlock_files() {
    local which=-f
    if [[ $1 == dirnames ]]; then which=-d; fi
    compopt -o "$1" 2>/dev/null || _withlock_add < <(compgen "$which" -- "$2")
}

# A value that begins with $1; $2 stands before it in the same word.
_withlock_value() {
    case $kind in
        duration)
            if [[ $1 =~ ^[0-9]+$ ]]; then
                _withlock_words "$1s $1m $1h $1d" "$1" "$2"
            else
                _withlock_words '30s 5m 1h inf' "$1" "$2"
            fi
            ;;
        choice) _withlock_words "$choices" "$1" "$2" ;;
        file) _withlock_files default "$1" ;;
        directory) _withlock_files dirnames "$1" ;;
    esac
}

# The command begins at the word $1 of $words.
_withlock_command() {
    if (($1 < current)) || [[ $cur != */* ]]; then
        local function
        for function in _comp_command_offset _command_offset; do
            if declare -F "$function" >/dev/null; then
                "$function" "${from[$1]}"
                return
            fi
        done
    fi
    if (($1 < current)) || [[ $cur == */* ]]; then
        _withlock_files default "$cur"
    else
        _withlock_add < <(compgen -c -- "$cur")
    fi
}

# The operands begin at the word $1 of $words.
_withlock_operands() {
    local command=$(($1 + 1))
    case $operands in
        LockFiles) _withlock_files default "$cur"; return ;;
        Directory) if (($1 == current)); then _withlock_files dirnames "$cur"; fi; return ;;
        NoLockFile | Nothing) command=$1 ;;
    esac
    if ((current < command)); then
        _withlock_files default "$cur"
    elif [[ $operands == NoCommand || $operands == Nothing ]]; then
        return
    elif [[ $operands == Job && $current -eq $command && $cur == -* ]]; then
        _withlock_words '-c --command' "$cur"
    elif [[ $operands == Job && $current -gt $command && ${words[command]} == @(-c|--command) ]]; then
        return
    else
        if [[ $current -gt $command && ${words[command]} == -- ]]; then ((command++)); fi
        _withlock_command "$command"
    fi
}

# Sets $words to those up to the cursor, each in one piece although bash cuts them at = and :, and $from to where each
# begins in COMP_WORDS.
_withlock_split() {
    local line=$COMP_LINE rest i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        if ((i > 0)) && [[ $rest == "$line" ]]; then
            words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
            from+=("$i")
        fi
        line=${rest#"${COMP_WORDS[i]}"}
    done
}

# What the option $1 makes of the operands.
_withlock_mode() {
    case $operands:$1 in
        NoCommand:NoLockFile | NoLockFile:NoCommand) operands=Nothing ;;
        *) operands=$1 ;;
    esac
}

_withlock() {
    local words=() from=() kind takes choices operands=Job
    COMPREPLY=()
    _withlock_split
    local current=$((${#words[@]} - 1)) at=1 word
    local cur=${words[current]} last=${COMP_WORDS[COMP_CWORD]}
    if [[ $last == [=:] ]]; then last=''; fi
    local before=${cur%"$last"}
    while ((at < current)); do
        word=${words[at]}
        takes=''
        case $word in
            --)
                _withlock_operands $((at + 1))
                return
                ;;
            --*) _withlock_option "${word%%=*}"; if [[ $word == *=* ]]; then takes=''; fi ;;
            -?*)
                # Letters, up to one that takes what is left of the word, or the next word.
                while word=${word#?} && [[ $word ]]; do
                    _withlock_option "-${word:0:1}"
                    if [[ $kind ]]; then
                        if [[ ${#word} -gt 1 ]]; then takes=''; fi
                        break
                    fi
                done
                ;;
            *)
                _withlock_operands "$at"
                return
                ;;
        esac
        ((at++))
        if [[ $takes ]]; then
            if ((at == current)); then
                _withlock_value "$cur" ''
                return
            fi
            ((at++))
        fi
    done
    case $cur in
        --*=*)
            _withlock_option "${cur%%=*}"
            _withlock_value "${cur#*=}" "${cur%%=*}="
            ;;
        -*) _withlock_words '-w --wait -n --nonblock --max-waiters --replace -q --quiet -E --conflict-exit-code --warn-held -x --exclusive -s --shared -j --slots -N --name -k --keep --no-create --insecure --backend -c --command -o --close -F --no-fork --max-runtime --kill-after --signal --status --list --json -v --verbose --syslog -h --help -V --version' "$cur" ;;
        *) _withlock_operands "$at" ;;
    esac
}

complete -F _withlock withlock
