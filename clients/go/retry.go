package pipesched

import (
	"context"
	"errors"
	"io"
	"math/rand"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Retries of calls that an overloaded server refused, when it says to. gRPC's own
// retries, of UNAVAILABLE, are in the service config: for RESOURCE_EXHAUSTED they
// would not wait to be told.

const (
	maxAttempts = 5
	jitter      = 0.2 // a wait is longer than told by up to this share
)

// retry makes attempts until one is not refused with a pushback, or ctx, which has
// a deadline, would end before the next.
func retry(ctx context.Context, attempt func() (metadata.MD, error)) error {
	for made := 1; ; made++ {
		trailer, err := attempt()
		if status.Code(err) != codes.ResourceExhausted || made == maxAttempts {
			return err
		}
		wait, told := pushback(trailer)
		deadline, _ := ctx.Deadline()
		if !told || wait >= time.Until(deadline) {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return status.FromContextError(ctx.Err()).Err()
		case <-timer.C:
		}
	}
}

// pushback is how long to wait before the next attempt, if there is to be one.
func pushback(trailer metadata.MD) (time.Duration, bool) {
	values := trailer.Get("grpc-retry-pushback-ms")
	if len(values) != 1 {
		return 0, false
	}
	told, err := strconv.ParseInt(values[0], 10, 32)
	if err != nil || told < 0 {
		return 0, false
	}
	wait := float64(told) * (1 + jitter*rand.Float64())
	return time.Duration(wait * float64(time.Millisecond)), true
}

// stream makes a call of a streaming method, and calls receive with each message
// until that returns false. Once one came it is not tried again.
func stream[Request, Response any](
	ctx context.Context,
	method func(context.Context, *Request, ...grpc.CallOption) (grpc.ServerStreamingClient[Response], error),
	request *Request, receive func(*Response) bool,
) error {
	var messages grpc.ServerStreamingClient[Response]
	var message *Response
	err := retry(ctx, func() (trailer metadata.MD, err error) {
		if messages, err = method(ctx, request); err != nil {
			return nil, err
		}
		if message, err = messages.Recv(); err != nil {
			trailer = messages.Trailer()
		}
		return trailer, err
	})
	for ; err == nil; message, err = messages.Recv() {
		if !receive(message) {
			return nil
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fromGRPC(err)
}
