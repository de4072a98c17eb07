// Package configmap keeps the plan of a training job in a ConfigMap, from which its
// pods mount their orders: what an operator's reconcile function does.
package configmap

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	pipesched "github.com/pipesched/pipesched/clients/go"
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

const (
	// OrderKey is the ConfigMap's key that holds the order text: line r is rank r's.
	OrderKey = "schedule.order"
	// DigestAnnotation holds the plan's digest, which pods compare.
	DigestAnnotation = "pipesched.io/digest"
)

// Job is what a training job says of its pipeline; the operator's own resource
// would hold it.
type Job struct {
	Namespace, Name string
	Owner           metav1.OwnerReference // the ConfigMap goes with it
	Pipeline        *pipeschedv1.Pipeline
	Schedule        *pipeschedv1.Schedule
}

// Planner is the part of *pipesched.Client that Reconciler needs.
type Planner interface {
	ComputeSchedule(context.Context, *pipeschedv1.ComputeScheduleRequest) (*pipesched.Plan, error)
}

// Reconciler brings ConfigMaps to what jobs ask for.
type Reconciler struct {
	Planner    Planner
	ConfigMaps func(namespace string) ConfigMaps
}

// ConfigMaps is the part of client-go's ConfigMapInterface that Reconciler needs:
//
//	func(ns string) configmap.ConfigMaps { return clientset.CoreV1().ConfigMaps(ns) }
type ConfigMaps interface {
	Get(context.Context, string, metav1.GetOptions) (*corev1.ConfigMap, error)
	Create(context.Context, *corev1.ConfigMap, metav1.CreateOptions) (*corev1.ConfigMap, error)
	Update(context.Context, *corev1.ConfigMap, metav1.UpdateOptions) (*corev1.ConfigMap, error)
}

// Result is when to reconcile again; 0: when something changes.
type Result struct{ RequeueAfter time.Duration }

// ErrInvalidJob is a job whose pipeline or schedule is wrong: trying again is of no
// use. The error that it wraps names the fields.
var ErrInvalidJob = errors.New("invalid job")

// Reconcile writes the plan of a job to the ConfigMap NAME-schedule. Doing it again
// changes nothing. An overloaded daemon is asked again when it says.
func (r *Reconciler) Reconcile(ctx context.Context, job Job) (Result, error) {
	plan, err := r.Planner.ComputeSchedule(ctx, &pipeschedv1.ComputeScheduleRequest{
		Pipeline: job.Pipeline, Schedule: job.Schedule, View: pipeschedv1.View_VIEW_FULL,
	})
	var failed *pipesched.Error
	switch {
	case err == nil:
		return Result{}, r.apply(ctx, configMap(job, plan))
	case errors.As(err, &failed) && len(failed.Violations) > 0:
		return Result{}, fmt.Errorf("%w: %w", ErrInvalidJob, err)
	case errors.As(err, &failed) && failed.RetryDelay > 0:
		return Result{RequeueAfter: failed.RetryDelay}, nil
	}
	return Result{}, err
}

func configMap(job Job, plan *pipesched.Plan) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:       job.Namespace,
			Name:            job.Name + "-schedule",
			OwnerReferences: []metav1.OwnerReference{job.Owner},
			Annotations:     map[string]string{DigestAnnotation: plan.Digest},
		},
		Data: map[string]string{OrderKey: plan.Timeline.OrderText()},
	}
}

// apply creates the object, or brings the one that is there to what it should be.
func (r *Reconciler) apply(ctx context.Context, want *corev1.ConfigMap) error {
	objects := r.ConfigMaps(want.Namespace)
	have, err := objects.Get(ctx, want.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = objects.Create(ctx, want, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	if have.Annotations[DigestAnnotation] == want.Annotations[DigestAnnotation] && maps.Equal(have.Data, want.Data) {
		return nil
	}
	changed := have.DeepCopy()
	changed.Data = want.Data
	metav1.SetMetaDataAnnotation(&changed.ObjectMeta, DigestAnnotation, want.Annotations[DigestAnnotation])
	_, err = objects.Update(ctx, changed, metav1.UpdateOptions{})
	return err
}
