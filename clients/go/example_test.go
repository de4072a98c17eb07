package pipesched_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	pipesched "github.com/pipesched/pipesched/clients/go"
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

func Example() {
	client, err := pipesched.NewClient("") // PIPESCHED_SERVER, else 127.0.0.1:50551
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	plan, err := client.ComputeSchedule(context.Background(), &pipeschedv1.ComputeScheduleRequest{
		Pipeline: &pipeschedv1.Pipeline{NumStages: 4, NumMicrobatches: 8},
		Schedule: &pipeschedv1.Schedule{Kind: pipeschedv1.ScheduleKind_SCHEDULE_KIND_1F1B},
		View:     pipeschedv1.View_VIEW_FULL,
	})
	var failed *pipesched.Error
	if errors.As(err, &failed) {
		log.Fatal(failed.Reason, failed.Violations, failed.RetryDelay)
	}
	fmt.Println(plan.Metrics.GetMakespan())
	for op := range plan.Timeline.RankOps(3) {
		fmt.Print(op.Token(), " ")
	}
	// Output:
	// 33
	// 3F0 3B0 3F1 3B1 3F2 3B2 3F3 3B3 3F4 3B4 3F5 3B5 3F6 3B6 3F7 3B7
}
