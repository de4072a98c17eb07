#include "engine/exchange/validate.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/action_index.h"
#include "engine/exchange/program.h"
#include "engine/exchange/run.h"

namespace pipesched {
namespace {

constexpr absl::string_view kRuleNames[kNumRules] = {
    "OUT_OF_RANGE",       "MISSING", "DUPLICATE", "STAGE_ON_TWO_RANKS", "OUT_OF_ORDER",
    "UNMATCHED_TRANSFER", "CYCLE",   "DEADLOCK"};

// The checks of a program, in the sequence in which they are reported.
class Validator {
 public:
  Validator(const Placement& placement, int num_microbatches, const Program& program)
      : placement_(placement), program_(program), index_(placement, num_microbatches, program) {}

  absl::StatusOr<Validation> Check(Transport transport, Cancelled cancelled) {
    const absl::Status stopped = absl::CancelledError("cancelled while validating");
    validation_.has_transfers = HasTransfers(program_);
    for (int r = 0; r < program_.num_ranks(); ++r) {
      if (cancelled()) return stopped;
      CheckActions(r);
    }
    for (int s = 0; s < index_.num_stages(); ++s) {
      if (cancelled()) return stopped;
      for (int j = 0; j < index_.num_microbatches(); ++j) {
        CheckComplete(s, j);
        CheckSequence(s, j);
        if (validation_.has_transfers) CheckTransfers(s, j);
      }
    }
    if (!CheckRun(std::nullopt, Rule::kCycle, cancelled)) return stopped;
    const bool has_cycle = std::any_of(validation_.findings.begin(), validation_.findings.end(),
                                       [](const Finding& f) { return f.rule == Rule::kCycle; });
    if (validation_.has_transfers && !has_cycle &&
        !CheckRun(transport, Rule::kDeadlock, cancelled)) {
      return stopped;
    }
    return std::move(validation_);
  }

 private:
  void Add(Finding finding) {
    ++validation_.num_findings;
    // A cycle is told even after very many others.
    if (validation_.findings.size() < Validation::kMostFindings || finding.rule >= Rule::kCycle) {
      validation_.findings.push_back(std::move(finding));
    }
  }

  bool IsFull() const { return validation_.findings.size() >= Validation::kMostFindings; }

  template <typename... Problem>
  void AddAt(Rule rule, ActionId id, const Problem&... problem) {
    if (IsFull()) {
      ++validation_.num_findings;
      return;
    }
    Add({rule, index_.RankOf(id), index_.PositionOf(id), FormatAction(index_.action(id)),
         absl::StrCat(problem...)});
  }

  std::string Where(ActionId id) const {
    return absl::StrCat("rank ", index_.RankOf(id), " #", index_.PositionOf(id));
  }

  void CheckActions(int r) {
    const auto rank = static_cast<size_t>(r);
    for (auto i = program_.rank_offsets[rank]; i < program_.rank_offsets[rank + 1]; ++i) {
      CheckAction(r, static_cast<ActionId>(i));
    }
  }

  void CheckAction(int r, ActionId id) {
    const Action action = index_.action(id);
    const int s = action.stage();
    const int j = action.microbatch();
    if (s >= index_.num_stages()) {
      return AddAt(Rule::kOutOfRange, id, "stage ", s, ", want [0, ", index_.num_stages() - 1, "]");
    }
    if (j >= index_.num_microbatches()) {
      return AddAt(Rule::kOutOfRange, id, "microbatch ", j, ", want [0, ",
                   index_.num_microbatches() - 1, "]");
    }
    // What belongs to no microbatch is at home wherever a replica of its stage is.
    const int home = placement_.RankOf(s, std::max(j, 0));
    const bool is_elsewhere = j == Action::kNoMicrobatch && placement_.num_replicas() == 2 &&
                              placement_.RankOfReplica(s, 1) == r;
    if (home != r && !is_elsewhere) {
      AddAt(Rule::kStageOnTwoRanks, id, "its stage is on rank ", home);
    }
    if (IsFsdp(action.kind())) return;
    ActionId& place = index_.At(action.kind(), s, j);
    if (place != kNoAction) {
      return AddAt(Rule::kDuplicate, id, "is at ", Where(place), " already");
    }
    place = id;
    if (action.kind() == ActionKind::kBackwardInput ||
        action.kind() == ActionKind::kBackwardWeight) {
      CheckSecondBackward(id, index_.Find(ActionKind::kBackward, s, j));
    } else if (action.kind() == ActionKind::kBackward) {
      const ActionId input = index_.Find(ActionKind::kBackwardInput, s, j);
      CheckSecondBackward(
          id, input != kNoAction ? input : index_.Find(ActionKind::kBackwardWeight, s, j));
    }
  }

  void CheckSecondBackward(ActionId id, ActionId before) {
    if (before == kNoAction) return;
    AddAt(Rule::kDuplicate, id, "is a second backward beside ", FormatAction(index_.action(before)),
          " at ", Where(before), ", want B, or I and W");
  }

  void AddMissing(ActionKind kind, int s, int j, absl::string_view hint) {
    if (IsFull()) {
      ++validation_.num_findings;
      return;
    }
    const int rank = placement_.RankOf(s, j);
    Add({Rule::kMissing, rank, -1, FormatAction(Action(kind, s, j)),
         absl::StrCat("no rank runs it", hint)});
  }

  void CheckComplete(int s, int j) {
    const auto has = [&](ActionKind kind) { return index_.Find(kind, s, j) != kNoAction; };
    if (!has(ActionKind::kForward)) AddMissing(ActionKind::kForward, s, j, "");
    if (has(ActionKind::kBackward)) return;
    const bool has_input = has(ActionKind::kBackwardInput);
    const bool has_weight = has(ActionKind::kBackwardWeight);
    if (!has_input && !has_weight) {
      AddMissing(ActionKind::kBackward, s, j, ", nor its I and W");
    } else if (!has_input) {
      AddMissing(ActionKind::kBackwardInput, s, j, "");
    } else if (!has_weight) {
      AddMissing(ActionKind::kBackwardWeight, s, j, "");
    }
  }

  // `id`, if both are there and on one rank, stands behind `before`.
  void CheckBehind(ActionId id, ActionId before) {
    if (id == kNoAction || before == kNoAction || index_.RankOf(id) != index_.RankOf(before) ||
        id > before) {
      return;
    }
    AddAt(Rule::kOutOfOrder, id, "is before ", FormatAction(index_.action(before)), " at ",
          Where(before));
  }

  void CheckSequence(int s, int j) {
    const ActionId forward = index_.Find(ActionKind::kForward, s, j);
    const ActionId input = index_.Find(ActionKind::kBackwardInput, s, j);
    CheckBehind(index_.Find(ActionKind::kBackward, s, j), forward);
    CheckBehind(input, forward);
    CheckBehind(index_.Find(ActionKind::kBackwardWeight, s, j), input);
    if (!validation_.has_transfers) return;
    CheckBehind(index_.Find(ActionKind::kSendForward, s, j), forward);
    CheckBehind(index_.Find(ActionKind::kSendBackward, s, j), index_.FindBackward(s, j));
  }

  // The data that F(s, j), and that B(s, j) or I(s, j), need of other ranks, and all
  // transfers of (s, j).
  void CheckTransfers(int s, int j) {
    CheckSide(ActionKind::kSendForward, s, j, s + 1);
    CheckSide(ActionKind::kReceiveForward, s, j, s - 1);
    CheckSide(ActionKind::kSendBackward, s, j, s - 1);
    CheckSide(ActionKind::kReceiveBackward, s, j, s + 1);
    CheckInput(index_.Find(ActionKind::kForward, s, j), ActionKind::kReceiveForward, s - 1);
    CheckInput(index_.FindBackward(s, j), ActionKind::kReceiveBackward, s + 1);
  }

  bool IsRemote(int s, int other, int j) const {
    return 0 <= other && other < index_.num_stages() &&
           placement_.RankOf(s, j) != placement_.RankOf(other, j);
  }

  void CheckSide(ActionKind kind, int s, int j, int other) {
    const ActionId id = index_.Find(kind, s, j);
    if (id == kNoAction) return;
    if (other < 0 || other >= index_.num_stages()) {
      return AddAt(Rule::kUnmatchedTransfer, id, "there is no stage ", other);
    }
    if (!IsRemote(s, other, j)) {
      return AddAt(Rule::kUnmatchedTransfer, id, "stage ", other,
                   " is on the same rank: nothing is to be sent");
    }
    if (index_.FindMate(index_.action(id)) != kNoAction) return;
    const Mate mate = MateOf(index_.action(id));
    AddAt(Rule::kUnmatchedTransfer, id, "no rank has its ",
          FormatAction(Action(mate.kind, mate.stage, j)));
  }

  // An op without the RECV of its input; where the SEND is there, that tells it.
  void CheckInput(ActionId op, ActionKind receive, int from) {
    if (op == kNoAction) return;
    const Action action = index_.action(op);
    const int s = action.stage();
    const int j = action.microbatch();
    if (!IsRemote(s, from, j) || index_.Find(receive, s, j) != kNoAction) return;
    const Action missing(receive, s, j);
    if (index_.FindMate(missing) != kNoAction) return;
    AddAt(Rule::kUnmatchedTransfer, op, "no rank has the ", FormatAction(missing),
          " of its input, nor the SEND");
  }

  // False if it was cancelled.
  bool CheckRun(std::optional<Transport> transport, Rule rule, Cancelled cancelled) {
    Run run(index_, transport);
    if (!run.ToTheEnd(cancelled)) return false;
    const std::optional<WaitCycle> cycle = run.FindCycle();
    if (!cycle) return true;
    Add({rule, index_.RankOf(cycle->first), index_.PositionOf(cycle->first),
         FormatAction(index_.action(cycle->first)), cycle->chain});
    return true;
  }

  const Placement& placement_;
  const Program& program_;
  ActionIndex index_;
  Validation validation_;
};

}  // namespace

absl::StatusOr<Validation> Validate(const Placement& placement, int num_microbatches,
                                    const Program& program, Transport transport,
                                    Cancelled cancelled) {
  const int64_t pairs = int64_t{placement.num_stages()} * num_microbatches;
  const auto num_ops = std::count_if(program.actions.begin(), program.actions.end(),
                                     [](Action action) { return IsCompute(action.kind()); });
  // No table that is far larger than the program.
  constexpr int64_t kSmall = 4096;
  if (pairs > num_ops + kSmall) {
    Validation validation;
    validation.num_findings = 1;
    validation.findings.push_back(
        {Rule::kMissing, -1, -1, "",
         absl::StrCat(num_ops, " ops, want a forward and a backward of each of ",
                      placement.num_stages(), " stages and ", num_microbatches,
                      " microbatches: at least ", 2 * pairs)});
    validation.has_transfers = HasTransfers(program);
    return validation;
  }
  return Validator(placement, num_microbatches, program).Check(transport, cancelled);
}

Placement PlacementByFirstUse(const Program& program, int num_stages) {
  constexpr int kUnknown = -1;
  std::vector<int> rank_of_stage(static_cast<size_t>(num_stages), kUnknown);
  for (const bool ops_only : {true, false}) {
    for (int r = 0; r < program.num_ranks(); ++r) {
      for (const Action action : program.rank(r)) {
        if (action.stage() >= num_stages || (ops_only && !IsCompute(action.kind()))) continue;
        int& rank = rank_of_stage[static_cast<size_t>(action.stage())];
        if (rank == kUnknown) rank = r;
      }
    }
  }
  std::replace(rank_of_stage.begin(), rank_of_stage.end(), kUnknown, 0);
  return Placement(rank_of_stage, program.num_ranks());
}

absl::string_view RuleName(Rule rule) { return kRuleNames[static_cast<size_t>(rule)]; }

absl::string_view TransportName(Transport transport) {
  switch (transport) {
    case Transport::kAsync: return "async";
    case Transport::kPerEdgeFifo: return "per_edge_fifo";
    case Transport::kPerPairFifo: return "per_pair_fifo";
    case Transport::kRendezvous: return "rendezvous";
  }
  return "";
}

}  // namespace pipesched
