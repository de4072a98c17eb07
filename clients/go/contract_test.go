package pipesched_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	pipesched "github.com/pipesched/pipesched/clients/go"
	pipeschedv1 "github.com/pipesched/pipesched/clients/go/gen/pipesched/v1"
)

func TestClientHasEachRPC(t *testing.T) {
	client := reflect.TypeFor[*pipesched.Client]()
	service := reflect.TypeFor[pipeschedv1.ScheduleServiceClient]()
	for i := range service.NumMethod() {
		if name := service.Method(i).Name; !hasMethod(client, name) {
			t.Errorf("Client lacks %s", name)
		}
	}
}

func hasMethod(of reflect.Type, name string) bool {
	_, has := of.MethodByName(name)
	return has
}

// The table of docs/errors.md is made from the daemon's.
func TestReasonsAreThoseOfTheContract(t *testing.T) {
	told := matches(t, "../../docs/errors.md", "(?m)^\\| `([A-Z_]+)` \\|")
	ours := matches(t, "errors.go", `(?m)^\tReason\w+ += "([A-Z_]+)"`)
	if len(told) == 0 || !slices.Equal(told, ours) {
		t.Errorf("reasons %v, want %v", ours, told)
	}
}

// What the group of a pattern matches in a file, sorted.
func matches(t *testing.T, path, pattern string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
		found = append(found, string(match[1]))
	}
	slices.Sort(found)
	return found
}
