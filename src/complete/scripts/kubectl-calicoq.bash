# Completion of kubectl-calicoq in bash: source <(kubectl-calicoq completion bash)
# `kubectl calicoq` is completed by kubectl's own script and the shim of `completion install`.

_kubectl_calicoq() {
    local rest="${COMP_LINE:0:COMP_POINT}" blank word i
    local -a words=()
    # bash breaks a line at = and : too; only blanks divide words here.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blank="${rest%%[![:space:]]*}"
        rest="${rest#"$blank"}"
        word="${COMP_WORDS[i]}"
        if ((i == COMP_CWORD)); then word="$rest"; fi
        rest="${rest#"$word"}"
        if ((i > 0)) && [[ -z $blank ]]; then
            words[${#words[@]} - 1]+="$word"
        else
            words+=("$word")
        fi
    done

    local last=$((${#words[@]} - 1))
    local raw="${words[last]}"
    for ((i = 1; i <= last; i++)); do
        word="${words[i]}"
        case "$word" in
        \'*) word="${word#\'}" && word="${word%\'}" ;;
        \"*) word="${word#\"}" && word="${word%\"}" ;;
        \~/*) word="$HOME/${word:2}" ;;
        *) word="${word//\\/}" ;;
        esac
        words[i]="$word"
    done

    local -a lines=()
    while IFS= read -r word; do
        lines+=("${word%%$'\t'*}")
    done < <(command "${words[0]}" __complete "${words[@]:1}" </dev/null 2>/dev/null)
    local directive=4
    if ((${#lines[@]} > 0)); then
        directive="${lines[${#lines[@]} - 1]#:}"
        unset "lines[${#lines[@]}-1]"
    fi

    # What stands behind a flag and its = is completed alone, but the word is replaced behind its last break only.
    local typed="${words[last]}" front="" kept=""
    if [[ $typed == -*=* ]]; then front="${typed%%=*}="; fi
    if [[ $raw != [\'\"]* ]]; then
        for ((i = ${#typed}; i > 0; i--)); do
            word="${typed:i-1:1}"
            if [[ $word != [[:space:]\'\"] && $COMP_WORDBREAKS == *"$word"* ]]; then
                kept="${typed:0:i}"
                # This one is a part of what it begins, for names of hosts.
                if [[ $word == @ ]]; then kept="${typed:0:i-1}"; fi
                break
            fi
        done
    fi
    COMPREPLY=()
    for word in ${lines[@]+"${lines[@]}"}; do
        word="$front$word"
        word="${word#"$kept"}"
        if [[ $raw != [\'\"]* ]]; then printf -v word %q "$word"; fi
        COMPREPLY+=("$word")
    done

    # Older shells have no compopt, and offer files wherever there is nothing else.
    if [[ $(type -t compopt) == builtin ]]; then
        if ((directive & 2)); then compopt -o nospace; fi
        if ((directive & 16)); then compopt +o default -o dirnames; fi
        if ((directive & 4)); then compopt +o default; fi
    fi
}

complete -o default -F _kubectl_calicoq kubectl-calicoq
