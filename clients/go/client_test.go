package pipesched_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pipesched "github.com/pipesched/pipesched/clients/go"
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
	"github.com/pipesched/pipesched/clients/go/internal/testdaemon"
)

func TestMain(m *testing.M) { os.Exit(testdaemon.Run(m)) }

// 1F1B on 3 stages, 4 microbatches, as the definition of 1F1B writes it.
const order3x4 = "0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3\n" +
	"1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3\n" +
	"2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3\n"

func newClient(t testing.TB, target string, options ...pipesched.Option) *pipesched.Client {
	t.Helper()
	client, err := pipesched.NewClient(target, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func request(stages, microbatches int32) *pipeschedv1.ComputeScheduleRequest {
	return &pipeschedv1.ComputeScheduleRequest{
		Pipeline: &pipeschedv1.Pipeline{NumStages: stages, NumMicrobatches: microbatches},
		Schedule: &pipeschedv1.Schedule{Kind: pipeschedv1.ScheduleKind_SCHEDULE_KIND_1F1B},
		View:     pipeschedv1.View_VIEW_FULL,
	}
}

func TestFullPlanHasTheOps(t *testing.T) {
	plan, err := newClient(t, "").ComputeSchedule(context.Background(), request(3, 4))
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Timeline.OrderText(); got != order3x4 {
		t.Errorf("order:\n%s", got)
	}
	sum := sha256.Sum256([]byte(order3x4))
	if want := hex.EncodeToString(sum[:]); plan.OrderDigest != want {
		t.Errorf("order digest %s, want %s", plan.OrderDigest, want)
	}
	ops := 0
	for op := range plan.Timeline.Ops() {
		if op.End <= op.Start {
			t.Errorf("%v takes no time", op)
		}
		ops++
		if ops == 20 {
			break // An iterator may be left.
		}
	}
	if ops != 20 || plan.Timeline.Len() != 24 {
		t.Errorf("%d ops of %d", ops, plan.Timeline.Len())
	}
}

func TestSummaryHasNoTimeline(t *testing.T) {
	asked := request(4, 8)
	asked.View = pipeschedv1.View_VIEW_SUMMARY
	plan, err := newClient(t, "").ComputeSchedule(context.Background(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Timeline != nil || plan.Metrics.GetMakespan() != 33 {
		t.Errorf("timeline %v, makespan %v", plan.Timeline, plan.Metrics.GetMakespan())
	}
}

func TestStreamIsFull(t *testing.T) {
	client := newClient(t, "")
	full, err := client.ComputeSchedule(context.Background(), request(64, 512))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := client.StreamSchedule(context.Background(), &pipeschedv1.StreamScheduleRequest{
		Pipeline: request(64, 512).Pipeline, Schedule: request(64, 512).Schedule,
	})
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(stream.Timeline.Columns, full.Timeline.Columns) || stream.Digest != full.Digest {
		t.Error("the stream differs")
	}
}

func TestOtherCalls(t *testing.T) {
	client := newClient(t, "")
	if err := client.WaitReady(context.Background()); err != nil {
		t.Error(err)
	}
	kinds, err := client.ListScheduleKinds(context.Background())
	if err != nil || kinds[0].GetName() != "gpipe" {
		t.Error(kinds, err)
	}
	info, err := client.GetServerInfo(context.Background())
	if err != nil || info.GetApiVersionHigh() != "v1" {
		t.Error(info, err)
	}
	file, err := client.ExportSchedule(context.Background(), &pipeschedv1.ExportScheduleRequest{
		Pipeline: request(3, 4).Pipeline, Schedule: request(3, 4).Schedule,
		Format: pipeschedv1.ExportFormat_EXPORT_FORMAT_ORDER,
	})
	if err != nil || string(file.GetContent()) != order3x4 {
		t.Error(file, err)
	}
	csv := "0F0,0RECV_B0,0SEND_F0,0B0\n1RECV_F0,1F0,1B0,1SEND_B0\n"
	result, err := client.ValidateSchedule(context.Background(), &pipeschedv1.ValidateScheduleRequest{
		Schedule: &pipeschedv1.Schedule{Kind: pipeschedv1.ScheduleKind_SCHEDULE_KIND_CUSTOM, PytorchCsv: &csv},
	})
	if err != nil || result.GetSafe() || result.GetFindings()[0].GetRule() != pipeschedv1.Rule_RULE_DEADLOCK {
		t.Error(result, err)
	}
	picture, err := client.RenderSchedule(context.Background(), &pipeschedv1.RenderScheduleRequest{
		Pipeline: request(3, 4).Pipeline, Schedule: request(3, 4).Schedule,
		Format: pipeschedv1.RenderFormat_RENDER_FORMAT_PNG,
	})
	if err != nil || !strings.HasPrefix(string(picture.GetContent()), "\x89PNG") {
		t.Error(err)
	}
}

func TestErrorHasAllViolations(t *testing.T) {
	_, err := newClient(t, "").ComputeSchedule(context.Background(), request(0, -1))
	var failed *pipesched.Error
	if !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if failed.Code != codes.InvalidArgument || failed.Reason != pipesched.ReasonInvalidRequest {
		t.Error(failed.Code, failed.Reason)
	}
	if len(failed.Violations) != 2 || failed.Violations[1].Field != "pipeline.num_microbatches" {
		t.Error(failed.Violations)
	}
	if status.Code(err) != codes.InvalidArgument {
		t.Error("status.Code does not see it")
	}
}

func TestContextEndsCalls(t *testing.T) {
	blocked := newServer(t, nil)
	blocked.compute = func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	client := newClient(t, blocked.target, pipesched.WithTimeout(50*time.Millisecond))
	_, err := client.ComputeSchedule(context.Background(), request(3, 4))
	if status.Code(err) != codes.DeadlineExceeded {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = newClient(t, blocked.target).ComputeSchedule(ctx, request(3, 4)); status.Code(err) != codes.Canceled {
		t.Error(err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	overloaded := newServer(t, nil)
	overloaded.compute = func(called context.Context) error {
		defer cancel() // as the client waits, or just before
		_ = grpc.SetTrailer(called, metadata.Pairs("grpc-retry-pushback-ms", "3600000"))
		return status.Error(codes.ResourceExhausted, "overloaded")
	}
	patient := newClient(t, overloaded.target, pipesched.WithTimeout(24*time.Hour))
	if _, err = patient.ComputeSchedule(ctx, request(3, 4)); status.Code(err) != codes.Canceled {
		t.Error(err)
	}
	none := newClient(t, "unix:"+filepath.Join(t.TempDir(), "none"))
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err = none.WaitReady(short); status.Code(err) != codes.DeadlineExceeded {
		t.Error(err)
	}
}

// heavy takes a worker a while; each p2p time is another plan.
func heavy(p2pTime int) *pipeschedv1.ComputeScheduleRequest {
	asked := request(4096, 512)
	asked.View = pipeschedv1.View_VIEW_SUMMARY
	asked.Pipeline.P2PTime = proto.Float64(float64(p2pTime))
	return asked
}

// A call that a real daemon refuses, and says when to come again, is answered once the
// daemon has time.
func TestAnOverloadedDaemon(t *testing.T) {
	_, target := testdaemon.Start(t, "--workers", "1", "--queue", "1")
	enough := make(chan struct{})
	var load sync.WaitGroup
	stop := sync.OnceFunc(func() { close(enough); load.Wait() })
	defer stop()
	for loader := 1; loader <= 3; loader++ {
		connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		load.Add(1)
		go func() {
			defer load.Done()
			for p2pTime := 10_000 * loader; ; p2pTime++ {
				select {
				case <-enough:
					return
				default: // Refused or answered, the daemon has no rest.
					_, _ = pipeschedv1.NewScheduleServiceClient(connection).ComputeSchedule(context.Background(), heavy(p2pTime))
				}
			}
		}()
	}
	refusals := 0
	watch := func(
		ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
	) error {
		err := invoke(ctx, method, request, reply, connection, options...)
		if status.Code(err) == codes.ResourceExhausted {
			refusals++
			stop()
		}
		return err
	}
	client := newClient(t, target, pipesched.WithTimeout(5*time.Minute), pipesched.WithDialOptions(grpc.WithUnaryInterceptor(watch)))
	for p2pTime := 0; refusals == 0; p2pTime++ { // The daemon may have had time for the first.
		plan, err := client.ComputeSchedule(context.Background(), heavy(p2pTime))
		if err != nil {
			t.Fatal(err)
		}
		if plan.Metrics.GetMakespan() <= 0 {
			t.Error(plan.Metrics)
		}
	}
}

func TestAnOlderServerHasNotEveryMethod(t *testing.T) {
	client := newClient(t, newServer(t, nil).target) // It has ComputeSchedule.
	_, err := client.CompareSchedules(context.Background(), &pipeschedv1.CompareSchedulesRequest{})
	if status.Code(err) != codes.Unimplemented {
		t.Error(err)
	}
}

func TestManyGoroutines(t *testing.T) {
	client := newClient(t, "")
	var wait sync.WaitGroup
	for range 32 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if _, err := client.ComputeSchedule(context.Background(), request(4, 8)); err != nil {
				t.Error(err)
			}
		}()
	}
	wait.Wait()
}

func TestTargets(t *testing.T) {
	server := newServer(t, nil)
	for _, target := range []string{server.target, "dns:///" + server.target, os.Getenv("PIPESCHED_SERVER")} {
		if _, err := newClient(t, target).ComputeSchedule(context.Background(), request(3, 4)); err != nil {
			t.Error(target, err)
		}
	}
	if _, err := pipesched.NewClient("\x00"); err == nil {
		t.Error("a wrong target is taken")
	}
}

// server answers ComputeSchedule with the plan of order3x4, as compute says.
type server struct {
	pipeschedv1.UnimplementedScheduleServiceServer
	target   string
	metadata metadata.MD
	compute  func(context.Context) error
}

func newServer(t *testing.T, config *tls.Config) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var options []grpc.ServerOption
	if config != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	s := &server{target: listener.Addr().String(), compute: func(context.Context) error { return nil }}
	serving := grpc.NewServer(options...)
	pipeschedv1.RegisterScheduleServiceServer(serving, s)
	go func() { _ = serving.Serve(listener) }()
	t.Cleanup(serving.Stop)
	return s
}

func (s *server) ComputeSchedule(ctx context.Context, _ *pipeschedv1.ComputeScheduleRequest) (*pipeschedv1.ComputeScheduleResponse, error) {
	s.metadata, _ = metadata.FromIncomingContext(ctx)
	if err := s.compute(ctx); err != nil {
		return nil, err
	}
	return &pipeschedv1.ComputeScheduleResponse{
		Shape:    &pipeschedv1.PipelineShape{NumRanks: 3, NumStages: 3, NumMicrobatches: 4},
		Timeline: &pipeschedv1.Timeline{RankOffsets: make([]int32, 4)},
	}, nil
}

// certificate makes a certificate for pipesched.test that signs itself, as PEM files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"pipesched.test"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER)
}

func TestMutualTLSAndToken(t *testing.T) {
	cert, key := certificate(t)
	config, err := pipesched.LoadTLS(pipesched.TLSFiles{CA: cert, Cert: cert, Key: key, ServerName: "pipesched.test"})
	if err != nil {
		t.Fatal(err)
	}
	secure := newServer(t, &tls.Config{
		Certificates: config.Certificates, ClientCAs: config.RootCAs, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	token := func(context.Context) (string, error) { return "secret", nil }
	client := newClient(t, secure.target, pipesched.WithTLS(config), pipesched.WithToken(token))
	if _, err := client.ComputeSchedule(context.Background(), request(3, 4)); err != nil {
		t.Fatal(err)
	}
	if got := secure.metadata.Get("authorization"); len(got) != 1 || got[0] != "Bearer secret" {
		t.Error(got)
	}
	anonymous, err := pipesched.LoadTLS(pipesched.TLSFiles{CA: cert, ServerName: "pipesched.test"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = newClient(t, secure.target, pipesched.WithTLS(anonymous)).ComputeSchedule(context.Background(), request(3, 4))
	if status.Code(err) != codes.Unavailable {
		t.Error("a client without a certificate:", err)
	}
}

func TestARealDaemonWithTLSAndToken(t *testing.T) {
	cert, key := certificate(t)
	tokens := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(tokens, []byte("secret-of-the-test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := pipesched.TLSFiles{CA: cert, ServerName: "pipesched.test"}
	flags := []string{"--tls-cert", cert, "--tls-key", key, "--token-file", tokens}
	check := func(t *testing.T, want codes.Code, target, token string, options ...pipesched.Option) {
		t.Helper()
		source := func(context.Context) (string, error) { return token, nil }
		client := newClient(t, target, append(options, pipesched.WithToken(source))...)
		if _, err := client.ComputeSchedule(context.Background(), request(3, 4)); status.Code(err) != want {
			t.Errorf("%s with token %s: %v, want %v", target, token, err, want)
		}
	}
	for _, mutual := range []bool{false, true} {
		if mutual {
			flags = append(flags, "--tls-client-ca", cert)
			files.Cert, files.Key = cert, key
		}
		config, err := pipesched.LoadTLS(files)
		if err != nil {
			t.Fatal(err)
		}
		tcp, unix := testdaemon.Start(t, flags...)
		check(t, codes.OK, tcp, "secret-of-the-test", pipesched.WithTLS(config))
		check(t, codes.Unauthenticated, tcp, "another-secret", pipesched.WithTLS(config))
		check(t, codes.OK, unix, "secret-of-the-test")
		check(t, codes.Unauthenticated, unix, "another-secret")
	}
}

func TestOptionsThatContradictEachOther(t *testing.T) {
	token := func(context.Context) (string, error) { return "secret", nil }
	if _, err := pipesched.NewClient("host:1", pipesched.WithToken(token)); err == nil {
		t.Error("a token is sent in the clear")
	}
	newClient(t, "unix:/nowhere", pipesched.WithToken(token))
	cert, _ := certificate(t)
	for _, files := range []pipesched.TLSFiles{
		{Cert: cert}, {CA: filepath.Join(t.TempDir(), "none")}, {Cert: cert, Key: cert},
	} {
		if _, err := pipesched.LoadTLS(files); err == nil {
			t.Error(files, "is taken")
		}
	}
}

func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(example), "func Example() {\n")
	body, _, _ = strings.Cut(body, "\t// Output:")
	if !strings.Contains(string(readme), body) {
		t.Error("README.md does not show the code of Example")
	}
}
