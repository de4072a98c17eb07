#include "tests/support/zero_bubble.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "tests/support/process.h"

namespace pipesched {
namespace {

constexpr int64_t kSequence = 1024;

int64_t Ticks(double ms) { return static_cast<int64_t>(ms * 1e6 + .5); }

int64_t Number(absl::string_view text) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) {
    std::fprintf(stderr, "zb_ilp.txt: no number: %s\n", std::string(text).c_str());
    std::abort();
  }
  return number;
}

// Of a comma-separated list with one value for all or one for each.
int64_t ValueAt(const std::string& text, size_t index) {
  const std::vector<std::string> values = absl::StrSplit(text, ',');
  return Number(values[values.size() == 1 ? 0 : index]);
}

IntegerProgram Parse(const std::string& text) {
  IntegerProgram program;
  program.text = text;
  std::istringstream line(text);
  std::string id, f, i, w, p2p, limit, relation;
  int64_t activation = 0, until_weight = 0;
  Pipeline& machine = program.problem.machine;
  line >> id >> machine.shape.num_ranks >> machine.shape.num_microbatches >> f >> i >> w >> p2p >>
      activation >> until_weight >> limit >> relation >> program.span;
  program.proven = relation == "=";
  const auto ranks = static_cast<size_t>(machine.shape.num_ranks);
  for (size_t r = 0; r < ranks; ++r) {
    StageCost cost;
    cost.forward = ValueAt(f, r);
    cost.backward_input = ValueAt(i, r);
    cost.backward_weight = ValueAt(w, r);
    cost.backward = cost.backward_input + cost.backward_weight;
    cost.activation_bytes = activation;
    cost.weight_grad_bytes = until_weight;
    machine.stages.push_back(cost);
    machine.memory_limit_bytes.push_back(ValueAt(limit, r));
  }
  machine.p2p_forward.assign(ranks - 1, Number(p2p));
  machine.p2p_backward = machine.p2p_forward;
  program.problem.placements = {{PlacementKind::kLinear, 1}};
  program.problem.objective = SearchObjective::kLongestRankSpanFreeStart;
  return program;
}

}  // namespace

SearchProblem ProblemOf(const ZeroBubbleSetting& setting, int limit) {
  SearchProblem problem;
  Pipeline& machine = problem.machine;
  machine.shape = {setting.ranks, 1, setting.microbatches};
  StageCost cost;
  cost.forward = Ticks(setting.forward);
  cost.backward_input = Ticks(setting.input);
  cost.backward_weight = Ticks(setting.weight);
  cost.backward = cost.backward_input + cost.backward_weight;
  cost.activation_bytes = 34 * setting.hidden + 5 * setting.heads * kSequence;
  cost.weight_grad_bytes = 32 * setting.hidden;
  machine.stages.assign(static_cast<size_t>(setting.ranks), cost);
  machine.p2p_forward.assign(static_cast<size_t>(setting.ranks) - 1, Ticks(setting.p2p));
  machine.p2p_backward = machine.p2p_forward;
  machine.memory_limit_bytes.assign(static_cast<size_t>(setting.ranks),
                                    limit * cost.activation_bytes);
  problem.placements = {{PlacementKind::kLinear, 1}};
  problem.objective = SearchObjective::kLongestRankSpan;
  return problem;
}

SearchProblem VProblemOf(const ZeroBubbleSetting& setting, int limit) {
  SearchProblem problem = ProblemOf(setting, limit);
  problem.placements = {{PlacementKind::kV, 2}};
  for (StageCost& cost : problem.machine.stages) cost.weight_grad_bytes = cost.activation_bytes;
  return problem;
}

double RateOf(const SearchProblem& problem, int64_t value) {
  const StageCost& cost = problem.machine.stages[0];
  const double busy = static_cast<double>(problem.machine.shape.num_microbatches) *
                      static_cast<double>(cost.forward + cost.backward);
  return 1 - busy / static_cast<double>(value);
}

std::vector<IntegerProgram> ReadIntegerPrograms() {
  std::vector<IntegerProgram> programs;
  std::ifstream file(SourceFile("tests/golden/zb_ilp.txt"));
  for (std::string text; std::getline(file, text);) {
    if (!text.empty() && text[0] != '#') programs.push_back(Parse(text));
  }
  return programs;
}

}  // namespace pipesched
