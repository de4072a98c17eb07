// decode FILE...: reads ServiceMonitors and PrometheusRules out of YAML files, strictly,
// into the types of the Prometheus Operator. Prints how many, and fails at what those
// do not know.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
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
		if err := yaml.UnmarshalStrict(document, &monitor); err != nil {
			return false, err
		}
		if len(monitor.Spec.Endpoints) == 0 {
			return false, errors.New("no endpoints")
		}
		return true, nil
	case "PrometheusRule":
		var rule monitoring.PrometheusRule
		if err := yaml.UnmarshalStrict(document, &rule); err != nil {
			return false, err
		}
		if len(rule.Spec.Groups) == 0 {
			return false, errors.New("no groups")
		}
		return true, nil
	}
	return false, nil
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
