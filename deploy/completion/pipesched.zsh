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
    'validate:say whether an order FILE can run, and what is wrong with it'
    'export:write a schedule, or an order FILE, as a file of another program'
    'schedules:list the kinds of schedule'
    'health:ask whether the service is serving'
    'compare:compute all kinds of schedule on one machine, side by side'
    'search:search for the best order of a machine within its memory'
    'version:print the versions of this program and of the service'
    'completion:print the completion script of a shell: bash, zsh or fish'
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
    compute|render|validate|export|schedules|health|compare|search|version|completion)
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
        '(--order)--order[run the order in this file, --schedule custom\: order text, or PyTorch CSV (.csv, or with --dialect); - is standard input; sizes that are not given are what it says]:FILE:_files' \
        '(--stage-to-rank)--stage-to-rank[rank of each stage of a custom order (default where the order runs it)]:R:' \
        '(--dialect)--dialect[how PyTorch CSV names backwards\: pytorch (default; B, and I for inputs) or pytorch-legacy (BW, and B for inputs)]:DIALECT:(pytorch pytorch-legacy)' \
        '(--fsdp-times)--fsdp-times[times of the FSDP actions of a CSV file (default 0)]:unshard=T,reshard=T,reduce_grad=T:' \
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--fail-over-memory)--fail-over-memory[exit 65 if a rank holds more than its memory limit]' \
        '(--with-comms)--with-comms[put SEND and RECV into a CSV file, or before validating; those of the order file are kept]' \
        '(--lowering)--lowering[put them in anew\: eager (as PyTorch does) or safe (no deadlock under any transport)]:MODE:(eager safe)' \
        '(--repair)--repair[place the RECVs of a deadlocking order again so that it is safe under --transport]' \
        '(--transport)--transport[how transfers run\: async, per_edge_fifo, per_pair_fifo (default) or rendezvous]:TRANSPORT:(async per_edge_fifo per_pair_fifo rendezvous)' \
        '(--output-dialect)--output-dialect[dialect of the CSV file that is written (default --dialect)]:DIALECT:(pytorch pytorch-legacy)' \
        '(--view)--view[what JSON holds\: summary (default with --format) or full (default with -o), which adds the timeline]:VIEW:(summary full)' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png svg pdf html txt json order csv trace megatron deepspeed)' \
        '(--title)--title[title of the picture]:TEXT:' \
        '(--time-unit)--time-unit[name of the unit that the times are in]:LABEL:' \
        '(--theme)--theme[colors of the picture\: light (default) or dark]:THEME:(light dark)' \
        '(--critical-path)--critical-path[mark the critical path in the picture]' \
        '(--arrows)--arrows[draw an arrow for each transfer between two ranks]' \
        '(--memory-curve)--memory-curve[draw the memory of each rank\: auto (default) does where bytes are given, on draws the activations alive where none are]:WHEN:(auto on off)' \
        '(--time-range)--time-range[draw only what happens between two times; A\: and \:B work too]:A:B:' \
        '(--ranks)--ranks[draw only these ranks]:A-B:' \
        '(--width)--width[width of the picture (default as the ops need)]:PIXELS:' \
        '(--height)--height[height of the picture (default as the ranks need)]:PIXELS:' \
        '(--scale)--scale[enlarge the picture, text and all, for dense displays and print (default 1)]:FACTOR:' \
        '(--draw)--draw[draw to standard output in characters; writes a file only with --output]' \
        '(--columns)--columns[longest line of a drawing in characters (default the terminal'\''s, else 100)]:N:' \
        '(--ascii)--ascii[draw in plain ASCII (default where the locale is not UTF-8)]' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
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
        '(--order)--order[run the order in this file, --schedule custom\: order text, or PyTorch CSV (.csv, or with --dialect); - is standard input; sizes that are not given are what it says]:FILE:_files' \
        '(--stage-to-rank)--stage-to-rank[rank of each stage of a custom order (default where the order runs it)]:R:' \
        '(--dialect)--dialect[how PyTorch CSV names backwards\: pytorch (default; B, and I for inputs) or pytorch-legacy (BW, and B for inputs)]:DIALECT:(pytorch pytorch-legacy)' \
        '(--fsdp-times)--fsdp-times[times of the FSDP actions of a CSV file (default 0)]:unshard=T,reshard=T,reduce_grad=T:' \
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--fail-over-memory)--fail-over-memory[exit 65 if a rank holds more than its memory limit]' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png svg pdf html txt json order csv trace megatron deepspeed)' \
        '(--title)--title[title of the picture]:TEXT:' \
        '(--time-unit)--time-unit[name of the unit that the times are in]:LABEL:' \
        '(--theme)--theme[colors of the picture\: light (default) or dark]:THEME:(light dark)' \
        '(--critical-path)--critical-path[mark the critical path in the picture]' \
        '(--arrows)--arrows[draw an arrow for each transfer between two ranks]' \
        '(--memory-curve)--memory-curve[draw the memory of each rank\: auto (default) does where bytes are given, on draws the activations alive where none are]:WHEN:(auto on off)' \
        '(--time-range)--time-range[draw only what happens between two times; A\: and \:B work too]:A:B:' \
        '(--ranks)--ranks[draw only these ranks]:A-B:' \
        '(--width)--width[width of the picture (default as the ops need)]:PIXELS:' \
        '(--height)--height[height of the picture (default as the ranks need)]:PIXELS:' \
        '(--scale)--scale[enlarge the picture, text and all, for dense displays and print (default 1)]:FACTOR:' \
        '(--draw)--draw[draw to standard output in characters; writes a file only with --output]' \
        '(--columns)--columns[longest line of a drawing in characters (default the terminal'\''s, else 100)]:N:' \
        '(--ascii)--ascii[draw in plain ASCII (default where the locale is not UTF-8)]' \
        '(--compare)--compare[draw these kinds of schedule of one pipeline below each other, with a table; --num-stages is the number of ranks then]:KIND:' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    validate)
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
        '(--p2p-time)--p2p-time[time of a transfer between two ranks (default 0)]:C:' \
        '(--p2p-times-forward)--p2p-times-forward[the same for each stage boundary, forward\: N - 1 values]:C:' \
        '(--p2p-times-backward)--p2p-times-backward[the same for each stage boundary, backward\: N - 1 values]:C:' \
        '(--schedule)--schedule[kind of schedule, see pipesched schedules (default 1f1b)]:KIND:_pipesched_kinds' \
        '(--chunks-per-rank)--chunks-per-rank[stages that each rank holds (default 1)]:V:' \
        '(--microbatch-group-size)--microbatch-group-size[microbatches that an interleaved schedule runs through a chunk at a time (default the number of ranks)]:G:' \
        '(--order)--order[run the order in this file, --schedule custom\: order text, or PyTorch CSV (.csv, or with --dialect); - is standard input; sizes that are not given are what it says]:FILE:_files' \
        '(--stage-to-rank)--stage-to-rank[rank of each stage of a custom order (default where the order runs it)]:R:' \
        '(--dialect)--dialect[how PyTorch CSV names backwards\: pytorch (default; B, and I for inputs) or pytorch-legacy (BW, and B for inputs)]:DIALECT:(pytorch pytorch-legacy)' \
        '(--fsdp-times)--fsdp-times[times of the FSDP actions of a CSV file (default 0)]:unshard=T,reshard=T,reduce_grad=T:' \
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--with-comms)--with-comms[put SEND and RECV into a CSV file, or before validating; those of the order file are kept]' \
        '(--transport)--transport[how transfers run\: async, per_edge_fifo, per_pair_fifo (default) or rendezvous]:TRANSPORT:(async per_edge_fifo per_pair_fifo rendezvous)' \
        '(--junit)--junit[write a JUnit report, a test case a rule and a threshold]:FILE:_files' \
        '(--max-bubble-rate)--max-bubble-rate[exit 65 if the schedule'\''s bubble rate, from 0 to 1, is higher]:RATE:' \
        '(--max-peak-bytes)--max-peak-bytes[exit 65 if a rank holds more]:BYTES:' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    export)
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
        '(--order)--order[run the order in this file, --schedule custom\: order text, or PyTorch CSV (.csv, or with --dialect); - is standard input; sizes that are not given are what it says]:FILE:_files' \
        '(--stage-to-rank)--stage-to-rank[rank of each stage of a custom order (default where the order runs it)]:R:' \
        '(--dialect)--dialect[how PyTorch CSV names backwards\: pytorch (default; B, and I for inputs) or pytorch-legacy (BW, and B for inputs)]:DIALECT:(pytorch pytorch-legacy)' \
        '(--fsdp-times)--fsdp-times[times of the FSDP actions of a CSV file (default 0)]:unshard=T,reshard=T,reduce_grad=T:' \
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--with-comms)--with-comms[put SEND and RECV into a CSV file, or before validating; those of the order file are kept]' \
        '(--lowering)--lowering[put them in anew\: eager (as PyTorch does) or safe (no deadlock under any transport)]:MODE:(eager safe)' \
        '(--repair)--repair[place the RECVs of a deadlocking order again so that it is safe under --transport]' \
        '(--transport)--transport[how transfers run\: async, per_edge_fifo, per_pair_fifo (default) or rendezvous]:TRANSPORT:(async per_edge_fifo per_pair_fifo rendezvous)' \
        '(--output-dialect)--output-dialect[dialect of the CSV file that is written (default --dialect)]:DIALECT:(pytorch pytorch-legacy)' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png svg pdf html txt json order csv trace megatron deepspeed)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    schedules)
      _arguments \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    health)
      _arguments \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--service)--service[service to ask for (default the whole server)]:NAME:' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    compare)
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
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png svg pdf html txt json order csv trace megatron deepspeed)' \
        '(--title)--title[title of the picture]:TEXT:' \
        '(--time-unit)--time-unit[name of the unit that the times are in]:LABEL:' \
        '(--theme)--theme[colors of the picture\: light (default) or dark]:THEME:(light dark)' \
        '(--critical-path)--critical-path[mark the critical path in the picture]' \
        '(--arrows)--arrows[draw an arrow for each transfer between two ranks]' \
        '(--memory-curve)--memory-curve[draw the memory of each rank\: auto (default) does where bytes are given, on draws the activations alive where none are]:WHEN:(auto on off)' \
        '(--time-range)--time-range[draw only what happens between two times; A\: and \:B work too]:A:B:' \
        '(--width)--width[width of the picture (default as the ops need)]:PIXELS:' \
        '(--height)--height[height of the picture (default as the ranks need)]:PIXELS:' \
        '(--scale)--scale[enlarge the picture, text and all, for dense displays and print (default 1)]:FACTOR:' \
        '(--columns)--columns[longest line of a drawing in characters (default the terminal'\''s, else 100)]:N:' \
        '(--ascii)--ascii[draw in plain ASCII (default where the locale is not UTF-8)]' \
        '(--chunks-per-rank)--chunks-per-rank[numbers of stages that a rank may hold, each 1/V of its slice (default 1,2)]:V,V:' \
        '(--fit-memory)--fit-memory[leave out the kinds that hold more than --memory-limit]' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    search)
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
        '(--backward-input-times)--backward-input-times[time of a backward for inputs (default half of the backward)]:T:' \
        '(--backward-weight-times)--backward-weight-times[time of a backward for weights (default half of the backward)]:T:' \
        '(--overlap-times)--overlap-times[time of a fused forward and backward (default their sum)]:T:' \
        '(--activation-bytes)--activation-bytes[memory that a forward takes (default 0)]:BYTES:' \
        '(--weight-grad-bytes)--weight-grad-bytes[the part of it that stays until the backward for weights (default half)]:BYTES:' \
        '(--static-bytes)--static-bytes[parameters, gradients and optimizer state of a stage (default 0)]:BYTES:' \
        '(--memory-limit)--memory-limit[memory of a rank\: one for all ranks or one a rank; a schedule above it gets a note]:BYTES:' \
        '(--view)--view[what JSON holds\: summary (default with --format) or full (default with -o), which adds the timeline]:VIEW:(summary full)' \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--output-format)--output-format[format of the file, where its name has no ending (-o - is standard output)]:FORMAT:(png svg pdf html txt json order csv trace megatron deepspeed)' \
        '(--title)--title[title of the picture]:TEXT:' \
        '(--time-unit)--time-unit[name of the unit that the times are in]:LABEL:' \
        '(--chunks-per-rank)--chunks-per-rank[stages that each rank holds, each 1/V of its slice (default 1, or 2)]:V:' \
        '(--placement)--placement[where the stages may be (default linear, or v with --chunks-per-rank 2)]:PLACEMENT:(linear v round_robin any)' \
        '(--no-split-backward)--no-split-backward[search among orders with full backwards only]' \
        '(--objective)--objective[what to minimize (default makespan)]:OBJECTIVE:(makespan longest_rank_span longest_rank_span_free_start)' \
        '(--time-budget)--time-budget[longest time of the search, in seconds or as 500ms, 2m (default 1s, or no bound with --candidate-budget)]:TIME:' \
        '(--candidate-budget)--candidate-budget[orders to try; the result is then the same on every machine]:N:' \
        '(--target-gap)--target-gap[stop once value / bound - 1 is no more (default 0)]:GAP:' \
        '(--seed)--seed[start of the random numbers (default 0)]:N:' \
        '(--threads)--threads[threads of the search (default 1)]:N:' \
        '(--pareto)--pareto[print the objective'\''s best values over memory limits]' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
        '(--color)--color[color text\: auto (default), always or never; NO_COLOR is respected]:WHEN:(auto always never)' \
        '(-h --help)-h[print this]' \
        '(-h --help)--help[print this]'
      ;;
    version)
      _arguments \
        '(--format)--format[what is printed\: text (default) or json]:FORMAT:(text json)' \
        '(--server)--server[ask this daemon\: host\:port, dns\:///host\:port or unix\:/path (default $PIPESCHED_SERVER, else the service inside this program)]:ADDRESS:' \
        '(--timeout)--timeout[longest time that a call may take (default 30)]:SECONDS:' \
        '(--connect-timeout)--connect-timeout[longest time to wait for a connection (default as long as the call may take)]:SECONDS:' \
        '(--tls)--tls[use TLS, with the authorities of the system]' \
        '(--tls-ca)--tls-ca[use TLS, with these authorities (PEM)]:FILE:_files' \
        '(--tls-cert)--tls-cert[show this certificate (PEM) to the server]:FILE:_files' \
        '(--tls-key)--tls-key[its private key (PEM)]:FILE:_files' \
        '(--tls-server-name)--tls-server-name[name to expect in the server'\''s certificate (default the address'\'')]:NAME:' \
        '(--token-file)--token-file[send the bearer token in this file; needs TLS or a Unix socket]:FILE:_files' \
        '(--profile)--profile[how to reach the server, by a name in ~/.config/pipesched/profiles.yaml (default its profile default)]:NAME:' \
        '(--metadata)--metadata[send this with each call]:KEY=VALUE:' \
        '(--request-id)--request-id[name of the calls in the server'\''s log]:ID:' \
        '(-v --verbose)-v[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-v --verbose)--verbose[tell on standard error who was asked, the calls'\'' request id and how long it took]' \
        '(-vv --very-verbose)-vv[also tell what is set about the server, and where]' \
        '(-vv --very-verbose)--very-verbose[also tell what is set about the server, and where]' \
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
