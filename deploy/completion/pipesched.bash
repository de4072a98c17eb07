# Completion of pipesched for bash: pipesched completion bash
_pipesched() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command=compute words=''
  COMPREPLY=()
  case ${COMP_WORDS[1]} in
    compute|render|schedules|health|version|completion) command=${COMP_WORDS[1]} ;;
  esac
  case $prev in
    -c|--config)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    -s|--num-stages)
      return
      ;;
    -b|--num-batches)
      return
      ;;
    -f|--forward-times)
      return
      ;;
    -bw|--backward-times)
      return
      ;;
    -o|--output)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --p2p-time)
      return
      ;;
    --p2p-times-forward)
      return
      ;;
    --p2p-times-backward)
      return
      ;;
    --schedule)
      words=$(env -u PIPESCHED_SERVER "${COMP_WORDS[0]}" schedules 2>/dev/null |
      awk 'NR > 1 { print $1 }')
      ;;
    --chunks-per-rank)
      return
      ;;
    --microbatch-group-size)
      return
      ;;
    --order)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --stage-to-rank)
      return
      ;;
    --backward-input-times)
      return
      ;;
    --backward-weight-times)
      return
      ;;
    --overlap-times)
      return
      ;;
    --activation-bytes)
      return
      ;;
    --weight-grad-bytes)
      return
      ;;
    --static-bytes)
      return
      ;;
    --memory-limit)
      return
      ;;
    --view)
      words='summary full'
      ;;
    --format)
      words='text json'
      ;;
    --output-format)
      words='png json order'
      ;;
    --title)
      return
      ;;
    --time-unit)
      return
      ;;
    --server)
      return
      ;;
    --timeout)
      return
      ;;
    --service)
      return
      ;;
    --shell)
      words='bash zsh fish'
      ;;
    --color)
      words='auto always never'
      ;;
    *)
      case $command in
        compute) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --no-visualization --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --fail-over-memory --view --format --output-format --title --time-unit --server --timeout --color -h --help' ;;
        render) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --fail-over-memory --format --output-format --title --time-unit --server --timeout --color -h --help' ;;
        schedules) words='--format --server --timeout --color -h --help' ;;
        health) words='--format --server --timeout --service --color -h --help' ;;
        version) words='--format --server --timeout --color -h --help' ;;
        completion) words='--shell -h --help' ;;
      esac
      if [[ $cur != -* ]]; then
        words=''
        [[ $command == completion ]] && words='bash zsh fish'
        [[ $COMP_CWORD -eq 1 ]] && words='compute render schedules health version completion'
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _pipesched pipesched
