# bash completion for the Fengsui programs. Options and settings are asked of the program itself, so they cannot differ.

_fengsui_settings() {
    "$1" --list-settings 2>/dev/null | awk '/^\.SS / { section = $2 } /^\.B / { print section "." $2 }'
}

_fengsui() {
    local program=$1 cur=$2 prev=$3 words
    COMPREPLY=()
    if [[ $program == *fengsui && $COMP_CWORD -eq 1 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "up status archive export command drill import rules intel sensor verify audit keys --help --version" -- "$cur")
        return
    fi
    # bash takes the = of --set name=value for a word of its own
    [[ $prev == = || $cur == = ]] && return
    case $prev in
    -i | --interface)
        words=$(cd /sys/class/net 2>/dev/null && echo *) ;;
    --set)
        words=$(_fengsui_settings "$program")
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -S = -W "$words" -- "$cur")
        return ;;
    -k | --checksums)
        words="all none" ;;
    --status)
        words="actual exercise test" ;;
    --week)
        words="$(date +%G-W%V) $(date -d '-7 days' +%G-W%V)" ;;
    --dir | --share | --web | --exercise | --archive)
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return ;;
    -c | --config | -r | --read | -S | --rules-only | -s | --rules | --json | --out | --table)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return ;;
    *)
        words=$("$program" --help 2>/dev/null | grep -oE '(^|[ ,[])--?[a-zA-Z][a-z-]*' | tr -d ' ,[' | sort -u)
        words="$words --list-settings" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -o filenames -F _fengsui fengsui fengsui-sensor fengsui-correlator fengsui-notifier fengsui-archiver fengsui-dashboard fengsui-report
