// decode FILE...: reads custom resources out of YAML files, strictly, into the Go types of
// their projects: Prometheus Operator, JobSet, Kubeflow Trainer. Prints how many, and
// fails at what those do not know, and where there is none.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	trainer "github.com/kubeflow/trainer/v2/pkg/apis/trainer/v1alpha1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	jobset "sigs.k8s.io/jobset/api/jobset/v1alpha2"
	"sigs.k8s.io/yaml"
)

func decode(document []byte) (bool, error) {
	var kind struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return false, err
	}
	switch kind.Kind {
	case "ServiceMonitor":
		var monitor monitoring.ServiceMonitor
		return true, strict(document, &monitor, func() int { return len(monitor.Spec.Endpoints) })
	case "PrometheusRule":
		var rule monitoring.PrometheusRule
		return true, strict(document, &rule, func() int { return len(rule.Spec.Groups) })
	case "JobSet":
		var set jobset.JobSet
		return true, strict(document, &set, func() int { return len(set.Spec.ReplicatedJobs) })
	case "ClusterTrainingRuntime":
		var runtime trainer.ClusterTrainingRuntime
		return true, strict(document, &runtime, func() int { return len(runtime.Spec.Template.Spec.ReplicatedJobs) })
	}
	return false, nil
}

// strict decodes a resource that must hold parts: one without is another's.
func strict(document []byte, resource any, parts func() int) error {
	if err := yaml.UnmarshalStrict(document, resource); err != nil {
		return err
	}
	if parts() == 0 {
		return errors.New("it is empty")
	}
	return nil
}

func run(files []string) error {
	count := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, document := range bytes.Split(content, []byte("\n---\n")) {
			known, err := decode(document)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if known {
				count++
			}
		}
	}
	if count == 0 {
		return fmt.Errorf("no custom resource in %s", strings.Join(files, " "))
	}
	fmt.Println(count, "custom resources decoded")
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
