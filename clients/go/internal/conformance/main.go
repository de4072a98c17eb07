// Command conformance is the Go client's program of tests/conformance: it answers
// cases, one JSON object a line.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	pipesched "github.com/pipesched/pipesched/clients/go"
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

type question struct {
	Method  string          `json:"method"`
	Request json.RawMessage `json:"request"`
	Target  string          `json:"target"`
	Timeout float64         `json:"timeout"`
	Calls   int             `json:"calls"`
	Measure bool            `json:"measure"`
}

type answer map[string]any

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		demand(json.Unmarshal(lines.Bytes(), &q))
		demand(out.Encode(reply(q)))
	}
	demand(lines.Err())
}

// demand ends the program: a question that is not one is a defect of the runner.
func demand(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(70)
	}
}

func reply(q question) answer {
	timeout := time.Duration(q.Timeout * float64(time.Second))
	client, err := pipesched.NewClient(q.Target, pipesched.WithTimeout(timeout))
	demand(err)
	defer client.Close()
	if q.Measure {
		return measure(client, q)
	}
	var result answer
	for range q.Calls {
		if result, err = ask(client, q); err != nil {
			return answerOfError(err)
		}
	}
	return result
}

// measure is what each call of ComputeSchedule takes, its answer read and checked.
func measure(client *pipesched.Client, q question) answer {
	request := parse(q, &pipeschedv1.ComputeScheduleRequest{})
	seconds := make([]float64, 0, q.Calls)
	for range q.Calls {
		start := time.Now()
		_, err := client.ComputeSchedule(context.Background(), request)
		demand(err)
		seconds = append(seconds, time.Since(start).Seconds())
	}
	return answer{"seconds": seconds}
}

func parse[Request proto.Message](q question, request Request) Request {
	demand(protojson.Unmarshal(q.Request, request))
	return request
}

func ask(client *pipesched.Client, q question) (answer, error) {
	ctx := context.Background()
	switch q.Method {
	case "ComputeSchedule":
		return answerOfPlan(client.ComputeSchedule(ctx, parse(q, &pipeschedv1.ComputeScheduleRequest{})))
	case "StreamSchedule":
		return answerOfPlan(client.StreamSchedule(ctx, parse(q, &pipeschedv1.StreamScheduleRequest{})))
	case "ExportSchedule":
		return answerOfFile(client.ExportSchedule(ctx, parse(q, &pipeschedv1.ExportScheduleRequest{})))
	case "RenderSchedule":
		return answerOfPicture(client.RenderSchedule(ctx, parse(q, &pipeschedv1.RenderScheduleRequest{})))
	case "ValidateSchedule":
		return answerOfValidation(client.ValidateSchedule(ctx, parse(q, &pipeschedv1.ValidateScheduleRequest{})))
	case "CompareSchedules":
		return answerOfComparison(client.CompareSchedules(ctx, parse(q, &pipeschedv1.CompareSchedulesRequest{})))
	case "SearchSchedule":
		return answerOfSearch(client.SearchSchedule(ctx, parse(q, &pipeschedv1.SearchScheduleRequest{}), nil))
	}
	demand(fmt.Errorf("no method %q", q.Method))
	return nil, nil
}

func answerOfPlan(plan *pipesched.Plan, err error) (answer, error) {
	if err != nil {
		return nil, err
	}
	metrics := plan.Metrics
	activations, bytes, notes := []int32{}, []string{}, []string{}
	for _, rank := range metrics.GetRanks() {
		activations = append(activations, rank.GetPeakActivations())
		bytes = append(bytes, strconv.FormatInt(rank.GetPeakBytes(), 10))
	}
	for _, note := range plan.Notes {
		notes = append(notes, note.GetCode())
	}
	result := answer{
		"digest":                   plan.Digest,
		"order_digest":             plan.OrderDigest,
		"makespan":                 metrics.GetMakespan(),
		"bubble_rate":              metrics.GetBubbleRate(),
		"bubble_overhead":          metrics.GetBubbleOverhead(),
		"longest_rank_span":        metrics.GetLongestRankSpan(),
		"longest_span_bubble_rate": metrics.GetLongestSpanBubbleRate(),
		"peak_activations":         activations,
		"peak_bytes":               bytes,
		"notes":                    notes,
	}
	if plan.Timeline == nil {
		return result, nil
	}
	starts, ends := []float64{}, []float64{}
	for op := range plan.Timeline.Ops() {
		starts, ends = append(starts, op.Start), append(ends, op.End)
	}
	lines := strings.Split(plan.Timeline.OrderText(), "\n")
	result["order"] = slices.Delete(lines, len(lines)-1, len(lines))
	result["starts"], result["ends"] = starts, ends
	return result, nil
}

func answerOfComparison(comparison *pipeschedv1.CompareSchedulesResponse, err error) (answer, error) {
	if err != nil {
		return nil, err
	}
	rows, leftOut := [][]any{}, []string{}
	for _, row := range comparison.GetRows() {
		if row.GetLeftOut() != "" {
			leftOut = append(leftOut, row.GetName())
			continue
		}
		rows = append(rows, []any{row.GetName(), row.GetChunksPerRank(), row.GetMetrics().GetMakespan(), row.GetFitsMemory()})
	}
	return answer{"rows": rows, "left_out": leftOut}, nil
}

func answerOfSearch(found *pipeschedv1.SearchScheduleResponse, err error) (answer, error) {
	if err != nil {
		return nil, err
	}
	curve := [][]any{}
	for _, point := range found.GetPareto() {
		curve = append(curve, []any{point.GetPeakBytes(), point.GetObjectiveValue()})
	}
	return answer{
		"objective_value": found.GetSearch().GetObjectiveValue(),
		"bound":           found.GetSearch().GetBound(),
		"proven_optimal":  found.GetSearch().GetProvenOptimal(),
		"makespan":        found.GetMetrics().GetMakespan(),
		"pareto":          curve,
	}, nil
}

func answerOfFile(file *pipeschedv1.ExportScheduleResponse, err error) (answer, error) {
	if err != nil {
		return nil, err
	}
	return answer{
		"content":      string(file.GetContent()),
		"digest":       file.GetDigest(),
		"order_digest": file.GetOrderDigest(),
	}, nil
}

func answerOfValidation(result *pipeschedv1.ValidateScheduleResponse, err error) (answer, error) {
	if err != nil {
		return nil, err
	}
	findings := []string{}
	for _, finding := range result.GetFindings() {
		findings = append(findings, fmt.Sprintf("%s %d %d %s: %s", finding.GetRule(), finding.GetRank(), finding.GetIndex(), finding.GetAction(), finding.GetMessage()))
	}
	return answer{
		"safe":         result.GetSafe(),
		"findings":     findings,
		"transport":    result.GetTransport().String(),
		"order_digest": result.GetOrderDigest(),
	}, nil
}

func answerOfPicture(picture *pipeschedv1.RenderScheduleResponse, err error) (answer, error) {
	if err != nil {
		return nil, err
	}
	content := ""
	if strings.HasPrefix(picture.GetContentType(), "text") {
		content = string(picture.GetContent())
	}
	return answer{
		"content_type": picture.GetContentType(),
		"start":        hex.EncodeToString(picture.GetContent()[:4]),
		"content":      content,
		"digest":       picture.GetDigest(),
		"order_digest": picture.GetOrderDigest(),
	}, nil
}

func answerOfError(err error) answer {
	var failed *pipesched.Error
	if !errors.As(err, &failed) {
		demand(err)
	}
	fields := []string{}
	for _, violation := range failed.Violations {
		fields = append(fields, violation.Field)
	}
	return answer{"error": answer{
		"code":        codeName(failed),
		"reason":      failed.Reason,
		"violations":  fields,
		"metadata":    failed.Metadata,
		"retry_delay": failed.RetryDelay.Seconds(),
	}}
}

// codeName is the code as the contract writes it: DEADLINE_EXCEEDED, not
// DeadlineExceeded.
func codeName(failed *pipesched.Error) string {
	var name strings.Builder
	for i, letter := range failed.Code.String() {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(letter)
	}
	text := strings.ToUpper(name.String())
	if text == "CANCELED" { // Go's spelling.
		return "CANCELLED"
	}
	return text
}
