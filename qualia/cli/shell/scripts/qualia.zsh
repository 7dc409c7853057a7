#compdef qualia
# Completion of the qualia command for zsh. Written by: qualia completion zsh

_qualia() {
    local -a lines plain open
    local line word told more
    lines=("${(@f)$("${(Q)~words[1]}" __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    more=${lines[-1]}
    lines[-1]=()
    for line in "${lines[@]}"; do
        word=${line%%$'\t'*}
        told=
        [[ $line == *$'\t'* ]] && told=":${line#*$'\t'}"
        if [[ $word == *= ]]; then
            open+=("${word//:/\\:}$told")
        else
            plain+=("${word//:/\\:}$told")
        fi
    done
    (($#plain)) && _describe -V qualia plain
    (($#open)) && _describe -V qualia open -S ''
    case $more in
    :files) compset -P '*=' || true; _files ;;
    :folders) compset -P '*=' || true; _files -/ ;;
    esac
}

# Found by compinit as a file, or read by eval.
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _qualia "$@"
else
    compdef _qualia qualia
fi
