#include "engine/search/variant.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/order/steady_state.h"
#include "engine/search/exact.h"
#include "engine/search/fixed_kinds.h"
#include "engine/sim/simulator.h"

namespace pipesched {
namespace {

constexpr int kChains = 3;  // of each variant

// Every so many rounds the chain that is furthest behind goes on from the best.
constexpr int kRoundsAnExchange = 6;

// A problem of more microbatches than this many a rank is also solved for fewer.
constexpr int kLongMicrobatchesARank = 4;
constexpr int kShortMicrobatchesARank = 3;
constexpr int kLeastShortMicrobatches = 12;  // periods of up to so many fit in between

// The least number of microbatches that stands for many: as many more a period of most
// lengths divides.
int ShortMicrobatches(const PipelineShape& shape) {
  const int least = std::max(kLeastShortMicrobatches, kShortMicrobatchesARank * shape.num_ranks);
  return least + (shape.num_microbatches - least) % kLeastShortMicrobatches;
}

}  // namespace

Variant::Variant(const SearchProblem& problem, Pipeline pipeline, Placement placement, bool split,
                 uint64_t seed, Cancelled stop, const std::vector<SearchAnswer>& known)
    : objective_(problem.objective),
      pipeline_(std::move(pipeline)),
      placement_(std::move(placement)),
      model_(MakeSearchModel(pipeline_, placement_, split)) {
  std::vector<Sequences> starts;
  for (const SearchAnswer& answer : known) {
    if (!(answer.placement == placement_)) continue;
    std::optional<Sequences> sequences = ToSequences(model_, answer.order);
    if (sequences) starts.push_back(*std::move(sequences));
  }
  const ChainStart start = FindChainStart(model_, objective_, stop, starts);
  for (int c = 0; c < kChains; ++c) {
    chains_.push_back(std::make_unique<SearchChain>(model_, objective_,
                                                    seed + static_cast<uint64_t>(c), stop, start));
  }
  if (pipeline_.shape.num_microbatches <= kLongMicrobatchesARank * model_.num_ranks ||
      pipeline_.shape.num_microbatches <= ShortMicrobatches(pipeline_.shape)) {
    return;
  }
  short_pipeline_ = pipeline_;
  short_pipeline_.shape.num_microbatches = ShortMicrobatches(pipeline_.shape);
  short_model_ = MakeSearchModel(short_pipeline_, placement_, split);
  short_chain_ = std::make_unique<SearchChain>(short_model_, objective_, seed + kChains, stop,
                                               FindChainStart(short_model_, objective_, stop, {}));
}

int Variant::num_tasks() const { return kChains + (short_chain_ != nullptr ? 1 : 0); }

int64_t Variant::OpsOfTask() const {
  int64_t ops = 0;
  for (int r = 0; r < model_.num_ranks; ++r) ops += static_cast<int64_t>(model_.OpsOf(r));
  return ops;
}

int64_t Variant::RunTask(int task, int64_t candidates, Cancelled stop) {
  SearchChain& chain = task < kChains ? *chains_[static_cast<size_t>(task)] : *short_chain_;
  return chain.Run(candidates, stop);
}

bool Variant::SolveExactly(int64_t upper, int64_t most_states, Cancelled stop, int64_t& states) {
  const ExactResult result = SearchExactly(model_, objective_, upper, most_states, stop);
  if (result.better) chains_[0]->Offer(*result.better);
  states += result.states;
  return result.complete;
}

// After each round: long orders of the short problem, and an exchange now and then.
void Variant::EndRound(int round) {
  if (short_chain_ != nullptr && short_chain_->score() < short_score_) {
    short_score_ = short_chain_->score();
    OfferRepeated();
  }
  if (round % kRoundsAnExchange != kRoundsAnExchange - 1) return;
  SearchChain* worst = chains_[0].get();
  for (const auto& chain : chains_) {
    if (worst->score() < chain->score()) worst = chain.get();
  }
  worst->Offer(best().best());
}

const SearchChain& Variant::best() const {
  const SearchChain* best = chains_[0].get();
  for (const auto& chain : chains_) {
    if (chain->score() < best->score()) best = chain.get();
  }
  return *best;
}

std::optional<SearchAnswer> Variant::Answer(Cancelled stop) const {
  SearchAnswer answer{pipeline_, placement_, ToOrder(model_, best().best()), {}, 0, ""};
  answer.timeline = *Simulate(pipeline_, placement_, answer.order);
  const std::optional<int64_t> value =
      ValueOf(pipeline_, placement_, answer.order, objective_, answer.timeline, stop);
  if (!value) return std::nullopt;
  answer.value = *value;
  return answer;
}

void Variant::OfferRepeated() {
  const Order order = ToOrder(short_model_, short_chain_->best());
  const absl::StatusOr<Timeline> timeline = Simulate(short_pipeline_, placement_, order);
  if (!timeline.ok()) return;
  const std::optional<Order> longer =
      RepeatSteadyState(placement_, order, *timeline, short_pipeline_.shape.num_microbatches,
                        pipeline_.shape.num_microbatches);
  if (!longer) return;
  const std::optional<Sequences> sequences = ToSequences(model_, *longer);
  if (sequences) chains_[0]->Offer(*sequences);
}

}  // namespace pipesched
