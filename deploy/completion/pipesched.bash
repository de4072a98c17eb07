# Completion of pipesched for bash: pipesched completion bash
_pipesched() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command=compute words=''
  COMPREPLY=()
  case ${COMP_WORDS[1]} in
    compute|render|validate|export|schedules|health|compare|search|version|completion) command=${COMP_WORDS[1]} ;;
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
    --dialect)
      words='pytorch pytorch-legacy'
      ;;
    --fsdp-times)
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
    --lowering)
      words='eager safe'
      ;;
    --transport)
      words='async per_edge_fifo per_pair_fifo rendezvous'
      ;;
    --output-dialect)
      words='pytorch pytorch-legacy'
      ;;
    --junit)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --max-bubble-rate)
      return
      ;;
    --max-peak-bytes)
      return
      ;;
    --view)
      words='summary full'
      ;;
    --format)
      words='text json'
      ;;
    --output-format)
      words='png svg pdf html txt json order csv trace megatron deepspeed'
      ;;
    --title)
      return
      ;;
    --time-unit)
      return
      ;;
    --theme)
      words='light dark'
      ;;
    --memory-curve)
      words='auto on off'
      ;;
    --time-range)
      return
      ;;
    --ranks)
      return
      ;;
    --width)
      return
      ;;
    --height)
      return
      ;;
    --scale)
      return
      ;;
    --columns)
      return
      ;;
    --compare)
      return
      ;;
    --placement)
      words='linear v round_robin any'
      ;;
    --objective)
      words='makespan longest_rank_span longest_rank_span_free_start'
      ;;
    --time-budget)
      return
      ;;
    --candidate-budget)
      return
      ;;
    --target-gap)
      return
      ;;
    --seed)
      return
      ;;
    --threads)
      return
      ;;
    --server)
      return
      ;;
    --timeout)
      return
      ;;
    --connect-timeout)
      return
      ;;
    --tls-ca)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --tls-cert)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --tls-key)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --tls-server-name)
      return
      ;;
    --token-file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --profile)
      return
      ;;
    --metadata)
      return
      ;;
    --request-id)
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
        compute) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --no-visualization --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --dialect --fsdp-times --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --fail-over-memory --with-comms --lowering --repair --transport --output-dialect --view --format --output-format --title --time-unit --theme --critical-path --arrows --memory-curve --time-range --ranks --width --height --scale --draw --columns --ascii --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        render) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --dialect --fsdp-times --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --fail-over-memory --format --output-format --title --time-unit --theme --critical-path --arrows --memory-curve --time-range --ranks --width --height --scale --draw --columns --ascii --compare --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        validate) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --dialect --fsdp-times --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --with-comms --transport --junit --max-bubble-rate --max-peak-bytes --format --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        export) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --dialect --fsdp-times --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --with-comms --lowering --repair --transport --output-dialect --format --output-format --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        schedules) words='--format --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        health) words='--format --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --service --color -h --help' ;;
        compare) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --p2p-time --p2p-times-forward --p2p-times-backward --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --format --output-format --title --time-unit --theme --critical-path --arrows --memory-curve --time-range --width --height --scale --columns --ascii --chunks-per-rank --fit-memory --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        search) words='-c --config -s --num-stages -b --num-batches -f --forward-times -bw --backward-times -o --output --p2p-time --p2p-times-forward --p2p-times-backward --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --view --format --output-format --title --time-unit --chunks-per-rank --placement --no-split-backward --objective --time-budget --candidate-budget --target-gap --seed --threads --pareto --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        version) words='--format --server --timeout --connect-timeout --tls --tls-ca --tls-cert --tls-key --tls-server-name --token-file --profile --metadata --request-id -v --verbose -vv --very-verbose --color -h --help' ;;
        completion) words='--shell -h --help' ;;
      esac
      if [[ $cur != -* ]]; then
        words=''
        [[ $command == completion ]] && words='bash zsh fish'
        [[ $COMP_CWORD -eq 1 ]] && words='compute render validate export schedules health compare search version completion'
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _pipesched pipesched
