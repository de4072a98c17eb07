// Package pipesched asks pipeschedd for pipeline-parallel training schedules.
//
//	client, err := pipesched.NewClient("unix:/run/pipesched.sock")
//	...
//	defer client.Close()
//	plan, err := client.ComputeSchedule(ctx, &pipeschedv1.ComputeScheduleRequest{
//		Pipeline: &pipeschedv1.Pipeline{NumStages: 4, NumMicrobatches: 8},
//		Schedule: &pipeschedv1.Schedule{Kind: pipeschedv1.ScheduleKind_SCHEDULE_KIND_1F1B},
//	})
//
// Requests are the messages of the contract, whose comments say unit, range and
// default of every field. Errors of calls are *Error.
package pipesched
