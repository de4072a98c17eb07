#compdef pipesched
# Completion of pipesched for zsh: pipesched completion zsh
_pipesched_kinds() {
  local -a kinds
  kinds=(${(f)"$(env -u PIPESCHED_SERVER pipesched schedules 2>/dev/null |
    awk 'NR > 1 { print $1 }')"})
  compadd -a kinds
}
_pipesched() {
  local command=compute
  local -a commands
  commands=(
    'compute:compute a schedule, print its numbers and draw it (the default)'
    'render:draw a schedule, print no numbers'
    'schedules:list the kinds of schedule'
    'health:ask whether the service is serving'
    'version:print the versions of this program and of the service'
    'completion:print the completion script of a shell: bash, zsh or fish'
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
    compute|render|schedules|health|version|completion)
      command=$words[2]
      shift words
      (( CURRENT-- ))
      ;;
  esac
  case $command in
    compute)
      _arguments \
        '(-c --config)-c[read values from a JSON or YAML file (- is standard input)]:FILE:_files' \
        '(-c --config)--config[read values from a JSON or YAML file (- is standard input)]:FILE:_files' \
        '(-s --num-stages)-s[number of pipeline stages]:N:' \
        '(-s --num-stages)--num-stages[number of pipeline stages]:N:' \
        '(-b --num-batches)-b[number of microbatches of a training step]:M:' \
        '(-b --num-batches)--num-batches[number of microbatches of a training step]:M:' \
        '(-f --forward-times)-f[time of a forward\: one for all stages or one a stage (default 1)]:T:' \
        '(-f --forward-times)--forward-times[time of a forward\: one for all stages or one a stage (default 1)]:T:' \
        '(-bw --backward-times)-bw[time of a full backward (default 2)]:T:' \
        '(-bw --backward-times)--backward-times[time of a full backward (default 2)]:T:' \
        '(-o --output)-o[write a file; its ending is its format (default pipeline_SCHEDULE.png)]:FILE:_files' \
        '(-o --output)--output[write a file; its ending is its format (default pipeline_SCHEDULE.png)]:FILE:_files' \
        '(--no-visualization)--no-visualization[draw no picture]' \
        '(--p2p-time)--p2p-time[time of a transfer between two ranks (default 0)]:C:' \
        '(--p2p-times-forward)--p2p-times-forward[the same for each stage boundary, forward\: N - 1 values]:C:' \
        '(--p2p-times-backward)--p2p-times-backward[the same for each stage boundary, backward\: N - 1 values]:C:' \
        '(--schedule)--schedule[kind of schedule, see pipesched schedules (default 1f1b)]:KIND:_pipesched_kinds' \
        '(--chunks-per-rank)--chunks-per-rank[stages that each rank holds (default 1)]:V:' \
        '(--microbatch-group-size)--microbatch-group-size[microbatches that an interleaved schedule runs through a chunk at a time (default the number of ranks)]:G:' \
        '(--order)--order[run the order in this file of order text, --schedule custom (- is standard input); sizes that are not given are what it says]:FILE:_files' \
        '(--stage-to-rank)--stage-to-rank[rank of each stage of a custom order (default where the order runs it)]:R:' \
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--fail-over-memory)--fail-over-memory[exit 65 if a rank holds more than its memory limit]' \
        '(--view)--view[what JSON holds\: summary (default with --format) or full (default with -o), which adds the timeline]:VIEW:(summary full)' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png json order)' \
        '(--title)--title[title of the picture]:TEXT:' \
        '(--time-unit)--time-unit[name of the unit that the times are in]:LABEL:' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    render)
      _arguments \
        '(-c --config)-c[read values from a JSON or YAML file (- is standard input)]:FILE:_files' \
        '(-c --config)--config[read values from a JSON or YAML file (- is standard input)]:FILE:_files' \
        '(-s --num-stages)-s[number of pipeline stages]:N:' \
        '(-s --num-stages)--num-stages[number of pipeline stages]:N:' \
        '(-b --num-batches)-b[number of microbatches of a training step]:M:' \
        '(-b --num-batches)--num-batches[number of microbatches of a training step]:M:' \
        '(-f --forward-times)-f[time of a forward\: one for all stages or one a stage (default 1)]:T:' \
        '(-f --forward-times)--forward-times[time of a forward\: one for all stages or one a stage (default 1)]:T:' \
        '(-bw --backward-times)-bw[time of a full backward (default 2)]:T:' \
        '(-bw --backward-times)--backward-times[time of a full backward (default 2)]:T:' \
        '(-o --output)-o[write a file; its ending is its format (default pipeline_SCHEDULE.png)]:FILE:_files' \
        '(-o --output)--output[write a file; its ending is its format (default pipeline_SCHEDULE.png)]:FILE:_files' \
        '(--p2p-time)--p2p-time[time of a transfer between two ranks (default 0)]:C:' \
        '(--p2p-times-forward)--p2p-times-forward[the same for each stage boundary, forward\: N - 1 values]:C:' \
        '(--p2p-times-backward)--p2p-times-backward[the same for each stage boundary, backward\: N - 1 values]:C:' \
        '(--schedule)--schedule[kind of schedule, see pipesched schedules (default 1f1b)]:KIND:_pipesched_kinds' \
        '(--chunks-per-rank)--chunks-per-rank[stages that each rank holds (default 1)]:V:' \
        '(--microbatch-group-size)--microbatch-group-size[microbatches that an interleaved schedule runs through a chunk at a time (default the number of ranks)]:G:' \
        '(--order)--order[run the order in this file of order text, --schedule custom (- is standard input); sizes that are not given are what it says]:FILE:_files' \
        '(--stage-to-rank)--stage-to-rank[rank of each stage of a custom order (default where the order runs it)]:R:' \
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--fail-over-memory)--fail-over-memory[exit 65 if a rank holds more than its memory limit]' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png json order)' \
        '(--title)--title[title of the picture]:TEXT:' \
        '(--time-unit)--time-unit[name of the unit that the times are in]:LABEL:' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    schedules)
      _arguments \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    health)
      _arguments \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--service)--service[service to ask for (default the whole server)]:NAME:' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    version)
      _arguments \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    completion)
      _arguments \
        '(--shell)--shell[the shell; --shell may be left out]:SHELL:(bash zsh fish)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]' \
        ':shell:(bash zsh fish)'
      ;;
  esac
}
if [[ $funcstack[1] == _pipesched ]]; then
  _pipesched "$@"
else
  compdef _pipesched pipesched
fi
