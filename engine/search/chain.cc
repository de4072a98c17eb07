#include "engine/search/chain.h"

#include <algorithm>

namespace pipesched {
namespace {

// Warm-ups of the first rules: from one open microbatch to three times 1F1B's.
constexpr int kWarmups = 6;

// One list schedule takes about as long as this many candidates of the local search.
constexpr int64_t kScheduleCandidates = 8;

// Changes of the rules in a row that do not help, after which they are left alone.
constexpr int64_t kMostFailures = 1000;

// Each microbatch whole before the next: needs the least memory, never deadlocks.
Sequences OneByOne(const SearchModel& model) {
  Sequences sequences;
  for (const std::vector<int>& stages : model.stages_of) {
    Sequence& sequence = sequences.emplace_back();
    for (int j = 0; j < model.num_microbatches; ++j) {
      for (size_t c = 0; c < stages.size(); ++c) {
        sequence.push_back(static_cast<Token>(c * kSearchKinds + kSearchForward));
      }
      for (size_t c = stages.size(); c-- > 0;) {
        sequence.push_back(static_cast<Token>(c * kSearchKinds + kSearchBackward));
        if (model.split) sequence.push_back(static_cast<Token>(c * kSearchKinds + kSearchWeight));
      }
    }
  }
  return sequences;
}

}  // namespace

ChainStart FindChainStart(const SearchModel& model, SearchObjective objective, Cancelled stop,
                          const std::vector<Sequences>& known) {
  ListScheduler scheduler(model);
  Timing timing(model);
  FreeStart free_start(model);
  ChainStart start;
  const auto offer = [&](const Sequences& sequences) {
    if (!timing.Run(sequences)) return kWorstScore;
    const Score score = ScoreOf(objective, timing.times(), free_start, sequences);
    if (score < start.best_score) {
      start.best = sequences;
      start.best_score = score;
    }
    return score;
  };
  for (int warmup = 0; warmup <= kWarmups; ++warmup) {
    for (const bool backward_first : {false, true}) {
      if (!start.rules.empty() && stop()) break;
      const Rules rules = MakeRules(model, warmup, backward_first);
      const Score score = scheduler.Schedule(rules) ? offer(scheduler.sequences()) : kWorstScore;
      if (!start.rules.empty() && !(score < start.rules_score)) continue;
      start.rules = rules;
      start.rules_score = score;
    }
  }
  for (const Sequences& sequences : known) {
    if (stop()) break;
    offer(sequences);
  }
  if (start.best.empty()) offer(OneByOne(model));
  if (!model.split) return start;
  FilledSearch filled(model, objective, 0, free_start);
  for (const Sequences& sequences : known) filled.Offer(sequences, stop);
  filled.Offer(start.best, stop);
  if (filled.best_score() < start.best_score) {
    start.best = filled.best();
    start.best_score = filled.best_score();
  }
  return start;
}

SearchChain::SearchChain(const SearchModel& model, SearchObjective objective, uint64_t seed,
                         Cancelled stop, const ChainStart& start)
    : model_(model),
      objective_(objective),
      random_(seed),
      scheduler_(model),
      timing_(model),
      free_start_(model),
      rules_(start.rules),
      rules_score_(start.rules_score) {
  if (model.split) {
    filled_ = std::make_unique<FilledSearch>(model, objective, random_.Next(), free_start_);
    filled_->Offer(start.best, stop);
  }
  local_ = std::make_unique<LocalSearch>(model, objective, random_.Next(), free_start_, start.best);
}

Score SearchChain::ScoreRules(const Rules& rules) {
  if (!scheduler_.Schedule(rules) || !timing_.Run(scheduler_.sequences())) return kWorstScore;
  return ScoreOf(objective_, timing_.times(), free_start_, scheduler_.sequences());
}

int64_t SearchChain::Run(int64_t candidates, Cancelled stop) {
  int64_t tried = 0;
  while (tried < candidates / 4 && rules_failed_ < kMostFailures) {
    if (stop()) return tried;
    Rules changed = rules_;
    for (int changes = 1 + random_.Below(3); changes > 0; --changes) {
      Mutate(model_, random_, changed);
    }
    const Score score = ScoreRules(changed);
    tried += kScheduleCandidates;
    ++rules_failed_;
    if (rules_score_.energy < score.energy) continue;
    if (score.energy < rules_score_.energy) rules_failed_ = 0;
    rules_ = changed;
    rules_score_ = score;
    if (score < local_->best_score()) local_->Restart(scheduler_.sequences());
  }
  if (filled_ != nullptr) {
    tried += filled_->Run((candidates - tried) / 2, stop);
    if (filled_->best_score() < local_->best_score()) local_->Restart(filled_->best());
  }
  tried += local_->Run(std::max<int64_t>(1, candidates - tried), stop);
  if (filled_ != nullptr && local_->best_score() < filled_->best_score()) {
    filled_->Offer(local_->best(), stop);
  }
  return tried;
}

void SearchChain::Offer(const Sequences& sequences) {
  if (!timing_.Run(sequences)) return;
  if (ScoreOf(objective_, timing_.times(), free_start_, sequences) < local_->best_score()) {
    local_->Restart(sequences);
  }
}

}  // namespace pipesched
