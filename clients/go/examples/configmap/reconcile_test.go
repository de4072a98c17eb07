package configmap

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	pipesched "github.com/pipesched/pipesched/clients/go"
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
	"github.com/pipesched/pipesched/clients/go/internal/testdaemon"
)

func TestMain(m *testing.M) { os.Exit(testdaemon.Run(m)) }

func newReconciler(t *testing.T) (*Reconciler, *fakeConfigMaps) {
	t.Helper()
	client, err := pipesched.NewClient("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	cluster := &fakeConfigMaps{objects: map[string]*corev1.ConfigMap{}}
	return &Reconciler{Planner: client, ConfigMaps: in(cluster)}, cluster
}

// in is the cluster that has nothing but the ConfigMaps of one namespace.
func in(cluster *fakeConfigMaps) func(string) ConfigMaps {
	return func(namespace string) ConfigMaps {
		if namespace != "train" {
			panic(namespace)
		}
		return cluster
	}
}

func newJob(stages int32) Job {
	return Job{
		Namespace: "train", Name: "llm",
		Owner:    metav1.OwnerReference{APIVersion: "batch/v1", Kind: "Job", Name: "llm", UID: "1"},
		Pipeline: &pipeschedv1.Pipeline{NumStages: stages, NumMicrobatches: 4},
		Schedule: &pipeschedv1.Schedule{Kind: pipeschedv1.ScheduleKind_SCHEDULE_KIND_1F1B},
	}
}

func get(t *testing.T, cluster *fakeConfigMaps) *corev1.ConfigMap {
	t.Helper()
	object, err := cluster.Get(context.Background(), "llm-schedule", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func reconcile(t *testing.T, reconciler *Reconciler, job Job) {
	t.Helper()
	result, err := reconciler.Reconcile(context.Background(), job)
	if err != nil || result.RequeueAfter != 0 {
		t.Fatal(result, err)
	}
}

func TestWritesThePlanOnce(t *testing.T) {
	reconciler, cluster := newReconciler(t)
	for range 3 {
		reconcile(t, reconciler, newJob(3))
	}
	object := get(t, cluster)
	lines := strings.Split(object.Data[OrderKey], "\n")
	if len(lines) != 4 || lines[2] != "2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3" {
		t.Error(object.Data)
	}
	if len(object.Annotations[DigestAnnotation]) != 64 || object.OwnerReferences[0].Name != "llm" {
		t.Error(object.ObjectMeta)
	}
	if cluster.writes != 1 {
		t.Errorf("%d writes, want 1", cluster.writes)
	}
}

func TestFollowsTheJobAndRepairsTheObject(t *testing.T) {
	reconciler, cluster := newReconciler(t)
	reconcile(t, reconciler, newJob(3))
	digest := get(t, cluster).Annotations[DigestAnnotation]
	reconcile(t, reconciler, newJob(2))
	object := get(t, cluster)
	if object.Annotations[DigestAnnotation] == digest {
		t.Error("the digest is the old one")
	}
	wanted := object.Data[OrderKey]
	object.Data[OrderKey] = "edited by hand"
	cluster.write(object)
	reconcile(t, reconciler, newJob(2))
	if got := get(t, cluster).Data[OrderKey]; got != wanted {
		t.Errorf("order %q", got)
	}
}

func TestInvalidJobIsNotTriedAgain(t *testing.T) {
	reconciler, cluster := newReconciler(t)
	_, err := reconciler.Reconcile(context.Background(), newJob(0))
	var failed *pipesched.Error
	if !errors.Is(err, ErrInvalidJob) || !errors.As(err, &failed) || failed.Violations[0].Field != "pipeline.num_stages" {
		t.Error(err)
	}
	if cluster.writes != 0 {
		t.Errorf("%d writes", cluster.writes)
	}
}

// overloaded is a daemon that has too much to do.
type overloaded struct{}

func (overloaded) ComputeSchedule(context.Context, *pipeschedv1.ComputeScheduleRequest) (*pipesched.Plan, error) {
	return nil, &pipesched.Error{Code: codes.ResourceExhausted, Reason: pipesched.ReasonOverloaded, RetryDelay: time.Second}
}

func TestOverloadedDaemonIsAskedLater(t *testing.T) {
	reconciler := &Reconciler{Planner: overloaded{}, ConfigMaps: in(&fakeConfigMaps{})}
	result, err := reconciler.Reconcile(context.Background(), newJob(3))
	if err != nil || result.RequeueAfter != time.Second {
		t.Error(result, err)
	}
}

func TestFailuresOfTheClusterAreReturned(t *testing.T) {
	reconciler, cluster := newReconciler(t)
	cluster.createErr = errors.New("no quorum")
	if _, err := reconciler.Reconcile(context.Background(), newJob(3)); !errors.Is(err, cluster.createErr) {
		t.Error(err)
	}
}
