# Completion of kubectl-calicoq in fish: kubectl-calicoq completion fish | source
# `kubectl calicoq` is completed by kubectl's own script and the shim of `completion install`.

function __kubectl_calicoq_complete
    set -l typed (commandline -opc)
    set -l program $typed[1]
    set -e typed[1]
    set -l current (commandline -ct)
    set -l typed (string replace -r '^~/' "$HOME/" -- $typed)
    set -l lines (command $program __complete $typed "$current" </dev/null 2>/dev/null)
    set -l directive (string replace -r '^:' '' -- $lines[-1])
    string match -qr '^[0-9]+$' -- "$directive"; or return
    set -e lines[-1]

    # fish replaces the whole word, also what stands before an = in it.
    set -l front (string match -r '^-[^=]*=' -- "$current")
    for line in $lines
        printf '%s%s\n' "$front" "$line"
    end
    test (count $lines) -eq 0; or return
    set -l rest (string replace -r '^-[^=]*=' '' -- "$current")
    if test (math "bitand($directive, 16)") -ne 0
        for path in (__fish_complete_directories "$rest" '')
            printf '%s%s\n' "$front" "$path"
        end
    else if test (math "bitand($directive, 4)") -eq 0
        for path in (__fish_complete_path "$rest")
            printf '%s%s\n' "$front" "$path"
        end
    end
end

complete -c kubectl-calicoq -f -a '(__kubectl_calicoq_complete)'
