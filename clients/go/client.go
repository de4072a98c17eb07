package pipesched

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

// Client asks a daemon about schedules. It may be used by many goroutines.
type Client struct {
	connection *grpc.ClientConn
	service    pipeschedv1.ScheduleServiceClient
	health     grpc_health_v1.HealthClient
	timeout    time.Duration
}

// NewClient makes a client of the daemon at target: "host:port",
// "dns:///host:port" or "unix:/path"; "" is the environment's PIPESCHED_SERVER,
// else 127.0.0.1:50551. It connects with the first call. A proxy of the
// environment is not used. Calls that end with UNAVAILABLE, or with
// RESOURCE_EXHAUSTED and word from the server when to try again, are tried up to
// five times.
func NewClient(target string, opts ...Option) (*Client, error) {
	o := options{timeout: defaultTimeout}
	for _, option := range opts {
		option(&o)
	}
	target = resolveTarget(target)
	dial, err := o.dialOptions(target)
	if err != nil {
		return nil, err
	}
	connection, err := grpc.NewClient(target, dial...)
	if err != nil {
		return nil, fmt.Errorf("pipesched: target %q: %w", target, err)
	}
	return &Client{
		connection: connection,
		service:    pipeschedv1.NewScheduleServiceClient(connection),
		health:     grpc_health_v1.NewHealthClient(connection),
		timeout:    o.timeout,
	}, nil
}

// Close ends the connection, and the calls that run.
func (c *Client) Close() error { return c.connection.Close() }

// ComputeSchedule computes a schedule; with VIEW_FULL the plan has a Timeline.
func (c *Client) ComputeSchedule(ctx context.Context, request *pipeschedv1.ComputeScheduleRequest) (*Plan, error) {
	response, err := call(ctx, c, c.service.ComputeSchedule, request)
	if err != nil {
		return nil, err
	}
	return newPlan(response, request.GetView() == pipeschedv1.View_VIEW_FULL)
}

// StreamSchedule is ComputeSchedule with VIEW_FULL for schedules of any size.
func (c *Client) StreamSchedule(ctx context.Context, request *pipeschedv1.StreamScheduleRequest) (*Plan, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	merged := &pipeschedv1.StreamScheduleResponse{}
	err := stream(ctx, c.service.StreamSchedule, request, func(message *pipeschedv1.StreamScheduleResponse) bool {
		proto.Merge(merged, message)
		return true
	})
	if err != nil {
		return nil, err
	}
	return newPlan(merged, true)
}

// RenderSchedule draws a schedule.
func (c *Client) RenderSchedule(ctx context.Context, request *pipeschedv1.RenderScheduleRequest) (*pipeschedv1.RenderScheduleResponse, error) {
	return call(ctx, c, c.service.RenderSchedule, request)
}

// ExportSchedule writes a schedule as a file of another program.
func (c *Client) ExportSchedule(ctx context.Context, request *pipeschedv1.ExportScheduleRequest) (*pipeschedv1.ExportScheduleResponse, error) {
	return call(ctx, c, c.service.ExportSchedule, request)
}

// ValidateSchedule says whether a schedule can run, with everything that is wrong with it.
func (c *Client) ValidateSchedule(ctx context.Context, request *pipeschedv1.ValidateScheduleRequest) (*pipeschedv1.ValidateScheduleResponse, error) {
	return call(ctx, c, c.service.ValidateSchedule, request)
}

// CompareSchedules computes all schedule kinds on one machine, by makespan.
func (c *Client) CompareSchedules(ctx context.Context, request *pipeschedv1.CompareSchedulesRequest) (*pipeschedv1.CompareSchedulesResponse, error) {
	return call(ctx, c, c.service.CompareSchedules, request)
}

// SearchSchedule searches for the best order of a machine, and returns the last message.
// It calls progress, which may be nil, with each message; those with an order hold the
// best so far. Once progress returns false the search ends, and the best order that came is
// returned, whose Search is not Finished.
func (c *Client) SearchSchedule(ctx context.Context, request *pipeschedv1.SearchScheduleRequest, progress func(*pipeschedv1.SearchScheduleResponse) bool) (*pipeschedv1.SearchScheduleResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var last, best *pipeschedv1.SearchScheduleResponse
	ended := false
	err := stream(ctx, c.service.SearchSchedule, request, func(message *pipeschedv1.SearchScheduleResponse) bool {
		last = message
		if message.GetOrder() != "" {
			best = message
		}
		ended = progress != nil && !progress(message) && best != nil
		return !ended
	})
	switch {
	case err != nil:
		return nil, err
	case ended:
		return best, nil
	}
	return lastOfSearch(request, last)
}

// lastOfSearch checks the last message, which must be one.
func lastOfSearch(request *pipeschedv1.SearchScheduleRequest, last *pipeschedv1.SearchScheduleResponse) (*pipeschedv1.SearchScheduleResponse, error) {
	if !last.GetSearch().GetFinished() {
		return nil, &Error{Code: codes.DataLoss, Message: "the server sent no last message"}
	}
	if request.GetWithTimeline() || last.GetTimeline() != nil {
		if err := checkTimeline(last.GetTimeline(), last.GetShape()); err != nil {
			return nil, err
		}
	}
	return last, nil
}

// ListScheduleKinds lists the schedule kinds that the server knows.
func (c *Client) ListScheduleKinds(ctx context.Context) ([]*pipeschedv1.ScheduleKindInfo, error) {
	response, err := call(ctx, c, c.service.ListScheduleKinds, &pipeschedv1.ListScheduleKindsRequest{})
	return response.GetKinds(), err
}

// GetServerInfo tells the server's version, limits and abilities.
func (c *Client) GetServerInfo(ctx context.Context) (*pipeschedv1.GetServerInfoResponse, error) {
	return call(ctx, c, c.service.GetServerInfo, &pipeschedv1.GetServerInfoRequest{})
}

// IsServing is what the server says of its health; an error if it does not answer.
func (c *Client) IsServing(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	response, err := c.health.Check(ctx, &grpc_health_v1.HealthCheckRequest{}, grpc.WaitForReady(true))
	if err != nil {
		return false, fromGRPC(err)
	}
	return response.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING, nil
}

const readyPoll = 50 * time.Millisecond

// WaitReady waits until the server serves, or ctx ends.
func (c *Client) WaitReady(ctx context.Context) error {
	for {
		serving, err := c.IsServing(ctx)
		if err != nil || serving {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(readyPoll):
		}
	}
}

// call makes one unary call.
func call[Request, Response any](
	ctx context.Context, c *Client,
	method func(context.Context, *Request, ...grpc.CallOption) (*Response, error),
	request *Request,
) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var response *Response
	err := retry(ctx, func() (trailer metadata.MD, err error) {
		response, err = method(ctx, request, grpc.Trailer(&trailer))
		return trailer, err
	})
	if err != nil {
		return nil, fromGRPC(err)
	}
	return response, nil
}
