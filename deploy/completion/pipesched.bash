# bash completion of pipesched; made by: pipesched completion bash
_pipesched() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local command=compute words=''
  COMPREPLY=()
  # --flag=value comes as three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case ${COMP_WORDS[1]} in
    compute | render | schedules | health | version | completion) command=${COMP_WORDS[1]} ;;
  esac
  case $prev in
    --schedule) words='gpipe 1f1b eager_1f1b 1f1b_overlap zb_h1 zb_h2 interleaved_1f1b interleaved_1f1b_overlap looped_bfs interleaved_zb zbv v_half v_min v_1f1b dualpipe dualpipe_v chimera wave custom' ;;
    --view) words='summary full' ;;
    --format) words='text json' ;;
    --output-format) words='png json order' ;;
    --shell) words='bash zsh fish' ;;
    --color) words='auto always never' ;;
    --config | -c | --output | -o | --order)
      compopt -o filenames 2>/dev/null || true
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --num-stages | -s | --num-batches | -b | --forward-times | -f | --backward-times | -bw | --p2p-time | --p2p-times-forward | --p2p-times-backward | --chunks-per-rank | --microbatch-group-size | --stage-to-rank | --backward-input-times | --backward-weight-times | --overlap-times | --activation-bytes | --weight-grad-bytes | --static-bytes | --memory-limit | --title | --time-unit | --server | --timeout | --service) return ;;
    *)
      case $command in
        compute) words='--config -c --num-stages -s --num-batches -b --forward-times -f --backward-times -bw --output -o --no-visualization --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --fail-over-memory --view --format --output-format --title --time-unit --server --timeout --color --help -h' ;;
        render) words='--config -c --num-stages -s --num-batches -b --forward-times -f --backward-times -bw --output -o --p2p-time --p2p-times-forward --p2p-times-backward --schedule --chunks-per-rank --microbatch-group-size --order --stage-to-rank --backward-input-times --backward-weight-times --overlap-times --activation-bytes --weight-grad-bytes --static-bytes --memory-limit --fail-over-memory --format --output-format --title --time-unit --server --timeout --color --help -h' ;;
        schedules) words='--format --server --timeout --color --help -h' ;;
        health) words='--format --server --timeout --service --color --help -h' ;;
        version) words='--format --server --timeout --color --help -h' ;;
        completion) words='--shell --color --help -h bash zsh fish' ;;
      esac
      [[ $COMP_CWORD -ne 1 ]] || words+=' help compute render schedules health version completion'
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _pipesched pipesched
