#!/usr/bin/env bash
# The completion scripts: those committed are what the program prints, and bash, zsh (in
# a terminal of its own) and fish offer by them what a user may mean.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages bash zsh fish
cmake --preset release >/dev/null
cmake --build build/release --target pipesched >/dev/null
export PATH=$ROOT/build/release/bin:$PATH
for shell in bash zsh fish; do
  pipesched completion "$shell" | diff - "deploy/completion/pipesched.$shell"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work

# shellcheck disable=SC2317 # called as by_$shell
by_bash() {
  # shellcheck disable=SC2016 # expanded there
  bash --norc -c 'source deploy/completion/pipesched.bash
    read -ra COMP_WORDS <<<"$1"
    [[ $1 != *" " ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _pipesched
    printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}
by_fish() {
  # shellcheck disable=SC2016 # expanded there
  fish --no-config -c 'source deploy/completion/pipesched.fish; complete -C $argv[1]' "$1"
}
# by_zsh LINE: what is on the screen after a tab. The line as it is then comes last.
cat >"$work/drive.zsh" <<'ZSH'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "autoload -Uz compinit; compinit -u -d $HOME/dump; source deploy/completion/pipesched.zsh"
zpty -w shell "bindkey '^I' complete-word; show() { print -r -- \"<<\$BUFFER>>\" }; zle -N show; bindkey '^O' show; print REA''DY"
zpty -r -m shell said '*READY*'
zpty -w -n shell "$1"$'\t\x0f'
zpty -r -m shell said '*<<*>>*'
print -r -- "$said"
zpty -d shell
ZSH
# shellcheck disable=SC2317 # called as by_$shell
by_zsh() { TERM=dumb timeout 60 zsh -f "$work/drive.zsh" "$1"; }

failed=0
# Line, what is offered, and what is not.
while IFS='|' read -r line offered others; do
  for shell in bash zsh fish; do
    by_$shell "$line" >"$work/said"
    for word in $offered; do
      grep -qF -- "$word" "$work/said" ||
        { say "$shell does not offer $word after \"$line\": $(cat "$work/said")" && failed=1; }
    done
    for word in $others; do
      ! grep -qF -- "$word" "$work/said" ||
        { say "$shell offers $word after \"$line\"" && failed=1; }
    done
  done
done <<'LINES'
pipesched comp|completion compute compare|search
pipesched --sched|--schedule|--schedules
pipesched search --chunks-per-r|--chunks-per-rank|--chunks-per-rank-
pipesched --schedule zb|zb_h1 zb_h2 zbv|gpipe
pipesched compute --format |text json|pytorch
pipesched health --objec||--objective
pipesched search --objec|--objective|--output
LINES
# A flag of the same name is each command's own.
for row in 'compute|stages that each rank holds (default 1)' 'compare|numbers of stages that a rank may hold'; do
  by_fish "pipesched ${row%%|*} --chunks-per-r" | grep -qF "${row#*|}" || { say "fish: $row" && failed=1; }
done
[[ $(by_fish 'pipesched search --chunks-per-r' | wc -l) -eq 1 ]] || { say "fish: search has two --chunks-per-rank" && failed=1; }
[[ $failed -ne 0 ]] || say "completion: bash, zsh and fish"
exit $failed
