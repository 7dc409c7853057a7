# Completion of the qualia command for fish. Written by: qualia completion fish

function __qualia_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l typed (commandline -ct)
    set -l lines (command $program __complete -- $words "$typed" 2>/dev/null)
    test (count $lines) -gt 0; or return
    set -l more $lines[-1]
    set -e lines[-1]
    switch $more
        case :files
            __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- $typed)
        case :folders
            __fish_complete_directories (string replace -r '^--[a-z-]+=' '' -- $typed)
    end
    printf '%s\n' $lines
end

complete -c qualia -f -a '(__qualia_complete)'
