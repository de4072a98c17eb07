package pipesched

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Version of this client.
const Version = "0.1.0"

const (
	defaultTarget   = "127.0.0.1:50551"
	defaultTimeout  = 30 * time.Second
	maxReceiveBytes = 64 << 20
)

// Every call is a pure function of its request, so all may be tried again; for
// RESOURCE_EXHAUSTED see retry.go. A name of several addresses is several daemons,
// whose answers are equal.
const serviceConfig = `{
  "methodConfig": [{
    "name": [{"service": "pipesched.v1.ScheduleService"}],
    "retryPolicy": {
      "maxAttempts": 5,
      "initialBackoff": "0.1s",
      "maxBackoff": "2s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
  "loadBalancingConfig": [{"round_robin": {}}]
}`

// TokenSource gives a bearer token. It is asked at every call.
type TokenSource func(ctx context.Context) (string, error)

type options struct {
	timeout time.Duration
	tls     *tls.Config
	token   TokenSource
	dial    []grpc.DialOption
}

// Option changes how a Client works.
type Option func(*options)

// WithTimeout sets the longest time of a call, retries included. The default is
// 30 s; an earlier deadline of a call's context goes first.
func WithTimeout(timeout time.Duration) Option {
	return func(o *options) { o.timeout = timeout }
}

// WithTLS sets transport security; without it there is none. See LoadTLS.
func WithTLS(config *tls.Config) Option {
	return func(o *options) { o.tls = config }
}

// WithToken sends a bearer token with each call. It needs WithTLS or a Unix socket.
func WithToken(source TokenSource) Option {
	return func(o *options) { o.token = source }
}

// WithDialOptions adds gRPC's own options, interceptors say.
func WithDialOptions(dial ...grpc.DialOption) Option {
	return func(o *options) { o.dial = append(o.dial, dial...) }
}

// TLSFiles names PEM files.
type TLSFiles struct {
	CA         string // certificates that the server's must come from; "": the system's
	Cert, Key  string // what the client shows (mTLS); both or none
	ServerName string // to expect in the server's certificate; "": the target's
}

// LoadTLS reads the files.
func LoadTLS(files TLSFiles) (*tls.Config, error) {
	config := &tls.Config{ServerName: files.ServerName, MinVersion: tls.VersionTLS12}
	if files.CA != "" {
		pem, err := os.ReadFile(files.CA)
		if err != nil {
			return nil, fmt.Errorf("pipesched: CA: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("pipesched: CA: %s holds no certificate", files.CA)
		}
	}
	if (files.Cert == "") != (files.Key == "") {
		return nil, errors.New("pipesched: Cert and Key go together, got one of them")
	}
	if files.Cert != "" {
		pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
		if err != nil {
			return nil, fmt.Errorf("pipesched: Cert, Key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// bearer is gRPC's form of a TokenSource.
type bearer struct {
	source TokenSource
	secure bool
}

func (b bearer) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := b.source(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return b.secure }

// dialOptions of a channel to target.
func (o *options) dialOptions(target string) ([]grpc.DialOption, error) {
	transport := insecure.NewCredentials()
	if o.tls != nil {
		transport = credentials.NewTLS(o.tls)
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReceiveBytes)),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(),
		grpc.WithUserAgent("pipesched-go/" + Version),
		grpc.WithNoProxy(),
	}
	if o.token != nil {
		if o.tls == nil && !strings.HasPrefix(target, "unix:") {
			return nil, fmt.Errorf("pipesched: token: needs WithTLS, or a target unix:/path; got target %q without", target)
		}
		dial = append(dial, grpc.WithPerRPCCredentials(bearer{o.token, o.tls != nil}))
	}
	return append(dial, o.dial...), nil
}

// resolveTarget is target, or PIPESCHED_SERVER, or where a daemon listens by default.
func resolveTarget(target string) string {
	if target != "" {
		return target
	}
	if target = os.Getenv("PIPESCHED_SERVER"); target != "" {
		return target
	}
	return defaultTarget
}
