# Completion of kubectl-calicoq in fish: kubectl-calicoq completion fish | source
# `kubectl calicoq` is completed by kubectl's own script and the shim of `completion install`.

# Asks what may stand next; fails where files may, which fish then offers itself.
function __kubectl_calicoq_ask
    set -g __kubectl_calicoq_found
    set -l typed (commandline -opc)
    set -l program $typed[1]
    set -e typed[1]
    set -l typed (string replace -r '^~/' "$HOME/" -- $typed)
    set -l current (commandline -ct | string replace -r '^[\'"]' '')
    set -l lines (command $program __complete $typed "$current" </dev/null 2>/dev/null)
    set -l directive (string replace -r '^:' '' -- $lines[-1])
    string match -qr '^[0-9]+$' -- "$directive"; or return 0
    set -e lines[-1]

    # fish replaces the whole word, also what stands before an = in it.
    set -l front (string match -r '^-[^=]*=' -- "$current")
    for line in $lines
        set -a __kubectl_calicoq_found "$front$line"
    end
    test (math "bitand($directive, 4)") -ne 0; or count $lines >/dev/null
end

complete -c kubectl-calicoq -e
complete -c kubectl-calicoq -n __kubectl_calicoq_ask -f -a '$__kubectl_calicoq_found'
