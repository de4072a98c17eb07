package pipesched_test

import (
	"context"
	"fmt"
	"testing"

	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

func BenchmarkComputeSchedule(b *testing.B) {
	client := newClient(b, "")
	for _, size := range [][2]int32{{8, 64}, {64, 512}} {
		for _, view := range []pipeschedv1.View{pipeschedv1.View_VIEW_SUMMARY, pipeschedv1.View_VIEW_FULL} {
			asked := request(size[0], size[1])
			asked.View = view
			b.Run(fmt.Sprintf("%s/%dx%d", view, size[0], size[1]), func(b *testing.B) {
				for range b.N {
					if _, err := client.ComputeSchedule(context.Background(), asked); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
