package pipesched

import (
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Reasons that the daemon gives, as the contract lists them. A later daemon may
// give others.
const (
	ReasonInvalidRequest         = "INVALID_REQUEST"
	ReasonLimitExceeded          = "LIMIT_EXCEEDED"
	ReasonNoOrderFits            = "NO_ORDER_FITS"
	ReasonOrderDeadlocks         = "ORDER_DEADLOCKS"
	ReasonOverloaded             = "OVERLOADED"
	ReasonDraining               = "DRAINING"
	ReasonCancelled              = "CANCELLED"
	ReasonDeadlineExceeded       = "DEADLINE_EXCEEDED"
	ReasonMaxRPCDurationExceeded = "MAX_RPC_DURATION_EXCEEDED"
	ReasonUnauthenticated        = "UNAUTHENTICATED"
	ReasonPeerNotAllowed         = "PEER_NOT_ALLOWED"
	ReasonUnknownMethod          = "UNKNOWN_METHOD"
	ReasonInternal               = "INTERNAL"
)

// Violation is one field of a request that is wrong.
type Violation struct {
	Field       string // its path
	Description string // its value and what is allowed
}

// Error is why a call failed:
//
//	var failed *pipesched.Error
//	if errors.As(err, &failed) && failed.Reason == pipesched.ReasonOverloaded {
//		time.Sleep(failed.RetryDelay)
//	}
//
// Its Code is DataLoss where a response contradicts itself.
type Error struct {
	Code       codes.Code
	Reason     string // "" if the error does not come from the daemon
	Message    string
	Metadata   map[string]string // the values that the message names
	Violations []Violation       // all of them
	RetryDelay time.Duration     // least time to wait before a retry; 0 if not told
	cause      error
}

func (e *Error) Error() string {
	reason := e.Reason
	if reason == "" {
		reason = e.Code.String()
	}
	return fmt.Sprintf("pipesched: %s: %s", reason, e.Message)
}

// Unwrap is gRPC's error.
func (e *Error) Unwrap() error { return e.cause }

// GRPCStatus lets status.FromError and status.Code work on an Error.
func (e *Error) GRPCStatus() *status.Status {
	if e.cause != nil {
		return status.Convert(e.cause)
	}
	return status.New(e.Code, e.Message)
}

func fromGRPC(err error) *Error {
	s := status.Convert(err)
	result := &Error{Code: s.Code(), Message: s.Message(), cause: err}
	for _, detail := range s.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			result.Reason, result.Metadata = d.GetReason(), d.GetMetadata()
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				result.Violations = append(result.Violations, Violation{v.GetField(), v.GetDescription()})
			}
		case *errdetails.RetryInfo:
			result.RetryDelay = d.GetRetryDelay().AsDuration()
		}
	}
	return result
}

func brokenTimeline(format string, args ...any) error {
	return &Error{
		Code:    codes.DataLoss,
		Message: "broken timeline from the server: " + fmt.Sprintf(format, args...),
	}
}
