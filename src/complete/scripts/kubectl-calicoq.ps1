# Completion of kubectl-calicoq in PowerShell:
#   kubectl-calicoq completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'kubectl-calicoq' -ScriptBlock {
    param($word, $line, $cursor)

    $words = @($line.CommandElements |
        Where-Object { $_.Extent.EndOffset -le $cursor } |
        Select-Object -Skip 1 |
        ForEach-Object { if ($_.Value) { "$($_.Value)" } else { "$_" } })
    if (-not $word) {
        # Older versions pass no empty argument on.
        if ($PSVersionTable.PSVersion -lt [version]'7.3' -or $PSNativeCommandArgumentPassing -eq 'Legacy') {
            $words += '""'
        } else {
            $words += ''
        }
    }
    $lines = @(& $line.CommandElements[0].Value __complete @words 2>$null)
    if ($lines.Count -eq 0 -or $lines[-1] -notmatch '^:(\d+)$') { return }
    $directive = [int]$Matches[1]
    $front = if ($word -match '^(-[^=]*=)') { $Matches[1] } else { '' }
    $names = @($lines | Select-Object -SkipLast 1)
    if ($names.Count -eq 0 -and ($directive -band 4)) { '' ; return }
    foreach ($name in $names) {
        $text, $about = $name -split "`t", 2
        if (-not $about) { $about = $text }
        $typed = "$front$text"
        if ($typed -match "[^\w./:@=*-]") { $typed = "'" + $typed.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($typed, $text, 'ParameterValue', $about)
    }
}
