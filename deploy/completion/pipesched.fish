# Completion of pipesched for fish: pipesched completion fish
function __pipesched_is
  set -l words (commandline -opc)
  set -l command compute
  if set -q words[2]; and contains -- $words[2] compute render schedules health version completion
    set command $words[2]
  end
  contains -- $command $argv
end
complete -c pipesched -f
complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a compute -d 'compute a schedule, print its numbers and draw it (the default)'
complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a render -d 'draw a schedule, print no numbers'
complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a schedules -d 'list the kinds of schedule'
complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a health -d 'ask whether the service is serving'
complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a version -d 'print the versions of this program and of the service'
complete -c pipesched -n 'test (count (commandline -opc)) -eq 1' -a completion -d 'print the completion script of a shell: bash, zsh or fish'
complete -c pipesched -n '__pipesched_is completion' -a 'bash zsh fish'
complete -c pipesched -n '__pipesched_is compute render' -l config -s c -r -F -d 'read values from a JSON or YAML file (- is standard input)'
complete -c pipesched -n '__pipesched_is compute render' -l num-stages -s s -x -d 'number of pipeline stages'
complete -c pipesched -n '__pipesched_is compute render' -l num-batches -s b -x -d 'number of microbatches of a training step'
complete -c pipesched -n '__pipesched_is compute render' -l forward-times -s f -x -d 'time of a forward: one for all stages or one a stage (default 1)'
complete -c pipesched -n '__pipesched_is compute render' -l backward-times -o bw -x -d 'time of a full backward (default 2)'
complete -c pipesched -n '__pipesched_is compute render' -l output -s o -r -F -d 'write a file; its ending is its format (default pipeline_SCHEDULE.png)'
complete -c pipesched -n '__pipesched_is compute' -l no-visualization -d 'draw no picture'
complete -c pipesched -n '__pipesched_is compute render' -l p2p-time -x -d 'time of a transfer between two ranks (default 0)'
complete -c pipesched -n '__pipesched_is compute render' -l p2p-times-forward -x -d 'the same for each stage boundary, forward: N - 1 values'
complete -c pipesched -n '__pipesched_is compute render' -l p2p-times-backward -x -d 'the same for each stage boundary, backward: N - 1 values'
complete -c pipesched -n '__pipesched_is compute render' -l schedule -x -a '(env -u PIPESCHED_SERVER pipesched schedules 2>/dev/null | awk "NR > 1 { print \$1 }")' -d 'kind of schedule, see pipesched schedules (default 1f1b)'
complete -c pipesched -n '__pipesched_is compute render' -l chunks-per-rank -x -d 'stages that each rank holds (default 1)'
complete -c pipesched -n '__pipesched_is compute render' -l microbatch-group-size -x -d 'microbatches that an interleaved schedule runs through a chunk at a time (default the number of ranks)'
complete -c pipesched -n '__pipesched_is compute render' -l order -r -F -d 'run the order in this file of order text, --schedule custom (- is standard input); sizes that are not given are what it says'
complete -c pipesched -n '__pipesched_is compute render' -l stage-to-rank -x -d 'rank of each stage of a custom order (default where the order runs it)'
complete -c pipesched -n '__pipesched_is compute render' -l backward-input-times -x -d 'time of a backward for inputs (default half of the backward)'
complete -c pipesched -n '__pipesched_is compute render' -l backward-weight-times -x -d 'time of a backward for weights (default half of the backward)'
complete -c pipesched -n '__pipesched_is compute render' -l overlap-times -x -d 'time of a fused forward and backward (default their sum)'
complete -c pipesched -n '__pipesched_is compute render' -l activation-bytes -x -d 'memory that a forward takes (default 0)'
complete -c pipesched -n '__pipesched_is compute render' -l weight-grad-bytes -x -d 'the part of it that stays until the backward for weights (default half)'
complete -c pipesched -n '__pipesched_is compute render' -l static-bytes -x -d 'parameters, gradients and optimizer state of a stage (default 0)'
complete -c pipesched -n '__pipesched_is compute render' -l memory-limit -x -d 'memory of a rank: one for all ranks or one a rank; a schedule above it gets a note'
complete -c pipesched -n '__pipesched_is compute render' -l fail-over-memory -d 'exit 65 if a rank holds more than its memory limit'
complete -c pipesched -n '__pipesched_is compute' -l view -x -a 'summary full' -d 'what JSON holds: summary (default with --format) or full (default with -o), which adds the timeline'
complete -c pipesched -n '__pipesched_is compute render schedules health version' -l format -x -a 'text json' -d 'what is printed: text (default) or json'
complete -c pipesched -n '__pipesched_is compute render' -l output-format -x -a 'png json order' -d 'format of the file, where its name has no ending (-o - is standard output)'
complete -c pipesched -n '__pipesched_is compute render' -l title -x -d 'title of the picture'
complete -c pipesched -n '__pipesched_is compute render' -l time-unit -x -d 'name of the unit that the times are in'
complete -c pipesched -n '__pipesched_is compute render schedules health version' -l server -x -d 'ask this daemon: host:port, dns:///host:port or unix:/path (default $PIPESCHED_SERVER, else the service inside this program)'
complete -c pipesched -n '__pipesched_is compute render schedules health version' -l timeout -x -d 'longest time that a call may take (default 30)'
complete -c pipesched -n '__pipesched_is health' -l service -x -d 'service to ask for (default the whole server)'
complete -c pipesched -n '__pipesched_is completion' -l shell -x -a 'bash zsh fish' -d 'the shell; --shell may be left out'
complete -c pipesched -n '__pipesched_is compute render schedules health version' -l color -x -a 'auto always never' -d 'color text: auto (default), always or never; NO_COLOR is respected'
complete -c pipesched -n '__pipesched_is compute render schedules health version completion' -l help -s h -d 'print this'
