#ifndef PIPESCHED_ENGINE_SEARCH_MOVES_H_
#define PIPESCHED_ENGINE_SEARCH_MOVES_H_

#include <cstddef>
#include <vector>

#include "engine/search/model.h"
#include "engine/search/random.h"

namespace pipesched {

// An op of a rank goes from one position to another; those in between close up.
struct Move {
  int rank = 0;
  int from = 0;
  int to = 0;
};

// Changes legal sequences by one move and, now and then, by moves alike on ranks around
// it: what a rank does earlier or later is seldom of use before its neighbours do so too.
class Mover {
 public:
  explicit Mover(const SearchModel& model);

  // A move of any op, most often by a few positions.
  Move Propose(const Sequences& sequences, SearchRandom& random) const;

  // Applies it, and on other ranks what is alike and legal. False, with nothing changed,
  // if the rank's own sequence would not be legal.
  bool Apply(const Move& move, Sequences& sequences, SearchRandom& random);
  void Undo(Sequences& sequences);

  // Of each rank the first position that changed, or Timing::kUnchanged.
  const std::vector<size_t>& begins() const { return begins_; }

 private:
  bool ApplyTo(const Move& move, Sequences& sequences);

  const SearchModel& model_;
  std::vector<Move> applied_;
  std::vector<size_t> begins_;
};

}  // namespace pipesched

#endif  // PIPESCHED_ENGINE_SEARCH_MOVES_H_
