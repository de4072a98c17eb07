package pipesched

import (
	"fmt"
	"iter"
	"strings"

	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

// Op is one op of a timeline. Times are in the caller's unit.
type Op struct {
	Rank       int
	Kind       pipeschedv1.OpKind
	Stage      int
	Microbatch int
	Start, End float64
	Fused      bool  // half of a fused pair
	Critical   bool  // on the critical path
	HeldBytes  int64 // what the rank holds while it runs; 0 if no bytes were given
}

// Token is the op as in order text and PyTorch's files, for example "0F3".
func (o Op) Token() string {
	return fmt.Sprintf("%d%c%d", o.Stage, "?FBIW"[o.Kind], o.Microbatch)
}

// Timeline holds the ops of the ranks that were asked for, with their times.
type Timeline struct {
	// Columns are as the contract describes them.
	Columns *pipeschedv1.Timeline
}

// NumRanks is the ranks of the pipeline; those not asked for have no ops.
func (t *Timeline) NumRanks() int { return len(t.Columns.GetRankOffsets()) - 1 }

// Len is the number of ops.
func (t *Timeline) Len() int { return len(t.Columns.GetKinds()) }

// Ops gives all ops, rank by rank, each rank's in the order in which it runs them.
func (t *Timeline) Ops() iter.Seq[Op] {
	return func(yield func(Op) bool) {
		for rank := range t.NumRanks() {
			for op := range t.RankOps(rank) {
				if !yield(op) {
					return
				}
			}
		}
	}
}

// RankOps gives the ops of one rank. It panics if there is no such rank.
func (t *Timeline) RankOps(rank int) iter.Seq[Op] {
	c := t.Columns
	begin, end := c.RankOffsets[rank], c.RankOffsets[rank+1]
	return func(yield func(Op) bool) {
		for i := begin; i < end; i++ {
			op := Op{
				Rank: rank, Kind: c.Kinds[i], Stage: int(c.Stages[i]), Microbatch: int(c.Microbatches[i]),
				Start: c.Starts[i], End: c.Ends[i], Fused: c.Fused[i], Critical: c.Critical[i],
			}
			if len(c.HeldBytes) > 0 {
				op.HeldBytes = c.HeldBytes[i]
			}
			if !yield(op) {
				return
			}
		}
	}
}

// OrderText is one line a rank, ops separated by spaces, a fused pair "(0F7;7B3)".
func (t *Timeline) OrderText() string {
	var text strings.Builder
	for rank := range t.NumRanks() {
		text.WriteString(strings.Join(t.Tokens(rank), " "))
		text.WriteByte('\n')
	}
	return text.String()
}

// Tokens is the ops of one rank as order text, a fused pair as one token.
func (t *Timeline) Tokens(rank int) []string {
	var tokens []string
	half := "" // of a fused pair
	for op := range t.RankOps(rank) {
		switch {
		case !op.Fused:
			tokens = append(tokens, op.Token())
		case half == "":
			half = op.Token()
		default:
			tokens = append(tokens, "("+half+";"+op.Token()+")")
			half = ""
		}
	}
	return tokens
}

// checkTimeline returns an Error of code DataLoss if the columns contradict each
// other or the sizes of the pipeline.
func checkTimeline(t *pipeschedv1.Timeline, shape *pipeschedv1.PipelineShape) error {
	if err := checkOffsets(t.GetRankOffsets(), int(shape.GetNumRanks())); err != nil {
		return err
	}
	ops := int(t.RankOffsets[len(t.RankOffsets)-1]) // There is one: checkOffsets.
	lengths := []struct {
		name string
		size int
	}{
		{"kinds", len(t.Kinds)}, {"stages", len(t.Stages)}, {"microbatches", len(t.Microbatches)},
		{"starts", len(t.Starts)}, {"ends", len(t.Ends)},
		{"fused", len(t.Fused)}, {"critical", len(t.Critical)},
	}
	for _, column := range lengths {
		if column.size != ops {
			return brokenTimeline("%s has %d ops, rank_offsets end at %d", column.name, column.size, ops)
		}
	}
	if held := len(t.HeldBytes); held != 0 && held != ops {
		return brokenTimeline("held_bytes has %d ops, rank_offsets end at %d", held, ops)
	}
	if err := checkRange("kinds", t.Kinds, 1, int(pipeschedv1.OpKind_OP_KIND_BACKWARD_WEIGHT)); err != nil {
		return err
	}
	if err := checkRange("stages", t.Stages, 0, int(shape.GetNumStages())-1); err != nil {
		return err
	}
	return checkRange("microbatches", t.Microbatches, 0, int(shape.GetNumMicrobatches())-1)
}

func checkOffsets(offsets []int32, ranks int) error {
	if want := ranks + 1; len(offsets) != want {
		return brokenTimeline("%d rank_offsets, want %d", len(offsets), want)
	}
	last := int32(0)
	for i, offset := range offsets {
		if offset < last || (i == 0 && offset != 0) {
			return brokenTimeline("rank_offsets[%d] is %d after %d", i, offset, last)
		}
		last = offset
	}
	return nil
}

func checkRange[T ~int32](name string, column []T, low, high int) error {
	for _, value := range column {
		if int(value) < low || int(value) > high {
			return brokenTimeline("%s has %d, want [%d, %d]", name, value, low, high)
		}
	}
	return nil
}
