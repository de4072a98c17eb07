package pipesched

import (
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

// Plan is a schedule: its digests, what it costs, and its ops if they were asked for.
type Plan struct {
	Digest      string // equal for the same plan, whatever the view, ranks or labels
	OrderDigest string // SHA-256 of the order text
	Metrics     *pipeschedv1.Metrics
	Notes       []*pipeschedv1.Note
	Shape       *pipeschedv1.PipelineShape // the sizes of the pipeline, all resolved
	Timeline    *Timeline                  // nil in VIEW_SUMMARY
}

// planResponse is what the responses that hold a plan have in common.
type planResponse interface {
	GetDigest() string
	GetOrderDigest() string
	GetMetrics() *pipeschedv1.Metrics
	GetNotes() []*pipeschedv1.Note
	GetShape() *pipeschedv1.PipelineShape
	GetTimeline() *pipeschedv1.Timeline
}

// newPlan checks the timeline, which must be there if it was asked for.
func newPlan(response planResponse, full bool) (*Plan, error) {
	plan := &Plan{
		Digest:      response.GetDigest(),
		OrderDigest: response.GetOrderDigest(),
		Metrics:     response.GetMetrics(),
		Notes:       response.GetNotes(),
		Shape:       response.GetShape(),
	}
	if response.GetTimeline() == nil && !full {
		return plan, nil
	}
	if err := checkTimeline(response.GetTimeline(), response.GetShape()); err != nil {
		return nil, err
	}
	plan.Timeline = &Timeline{response.GetTimeline()}
	return plan, nil
}
