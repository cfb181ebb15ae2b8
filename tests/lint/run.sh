#!/bin/sh
# run.sh: each check says what is wrong, one line a departure; the last line adds up.
good=0 bad=0
check() {
    name=$1; shift
    if "$@"; then good=$((good + 1)); else bad=$((bad + 1)); echo "--- $name"; fi
}
no_leftovers() {    # what is left to do is an issue, not a note in the code
    ! git grep -nE '\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b' -- '*.c' '*.h' '*.ts' '*.tsx' '*.py' '*.sh' '*.mjs'
}
scripts_parse() {
    for s in $(git ls-files '*.sh' .ci/run); do bash -n "$s" || return 1; done
}
python_parses() {
    git ls-files '*.py' | xargs -r python3 -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]'
}
events_page_is_current() {
    [ -x "${BUILD:-build}/fengsui-sensor" ] || return 0
    "${BUILD:-build}/fengsui-sensor" --list-fields | diff -q - docs/events.md >/dev/null \
        || { echo "docs/events.md: not what --list-fields says; make it again: make -B docs/events.md"; return 1; }
}
lock_files_name_no_host() {
    ! git grep -nE '"resolved": "https?://' -- '*package-lock.json' | head -3 | grep .
}
check layout python3 tests/lint/layout.py .
check leftovers no_leftovers
check scripts scripts_parse
check python python_parses
check events.md events_page_is_current
check lockfiles lock_files_name_no_host
echo "lint: $good passed, $bad failed"
[ "$bad" -eq 0 ]
