# Completion of the qualia command for bash. Written by: qualia completion bash

_qualia() {
    local words=() lines=() line word typed prefix more i
    # Bash takes = and : for words of their own; what the command gets is put together again.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && [[ -n $word || ${COMP_LINE:COMP_POINT-1:1} != ' ' ]] &&
            [[ $word == [=:] || ${COMP_WORDS[i - 1]} == [=:] ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
    typed=${words[${#words[@]} - 1]}
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $word == [=:] ]] && word=
    prefix=${typed:0:${#typed}-${#word}}

    COMPREPLY=()
    while IFS= read -r line; do
        lines+=("$line")
    done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete -- "${words[@]}" 2>/dev/null)
    ((${#lines[@]})) || return 0
    more=${lines[${#lines[@]} - 1]}
    unset "lines[${#lines[@]}-1]"
    for line in ${lines[@]+"${lines[@]}"}; do
        line=${line%%$'\t'*}
        COMPREPLY+=("${line#"$prefix"}")
    done
    case $more in
    :words) compopt +o default +o bashdefault 2>/dev/null ;;
    :folders) compopt +o default +o bashdefault -o dirnames 2>/dev/null ;;
    esac
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -o bashdefault -o default -F _qualia qualia
