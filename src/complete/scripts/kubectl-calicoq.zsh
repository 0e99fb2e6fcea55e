#compdef kubectl-calicoq
# Completion of kubectl-calicoq in zsh, behind compinit: source <(kubectl-calicoq completion zsh)
# `kubectl calicoq` is completed by kubectl's own script and the shim of `completion install`.

_kubectl-calicoq() {
    local -a typed lines names
    local line name about directive
    typed=("${(@Q)words[2,CURRENT - 1]}" "${(Q)PREFIX}")
    typed=("${(@)typed/#\~\//$HOME/}")
    lines=("${(@f)$(command ${(Q)words[1]} __complete "${typed[@]}" </dev/null 2>/dev/null)}")
    directive=${lines[-1]#:}
    [[ $directive == <-> ]] || return 1
    lines[-1]=()

    # What stands behind a flag and its = is completed alone.
    compset -P '-*='
    for line in "${lines[@]}"; do
        name=${line%%$'\t'*}
        about=
        if [[ $line == *$'\t'* ]]; then about=:${line#*$'\t'}; fi
        names+=("${name//:/\\:}$about")
    done
    if (( ${#names} )); then
        if (( directive & 2 )); then
            _describe -V 'kubectl-calicoq' names -S ''
        else
            _describe -V 'kubectl-calicoq' names
        fi
    elif (( directive & 16 )); then
        _files -/
    elif (( ! (directive & 4) )); then
        _files
    else
        return 1
    fi
}

if [[ ${funcstack[1]} == _kubectl-calicoq ]]; then
    _kubectl-calicoq "$@"
else
    compdef _kubectl-calicoq kubectl-calicoq
fi
