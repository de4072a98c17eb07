package configmap

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fakeConfigMaps are the ConfigMaps of a namespace, as the API server keeps them.
type fakeConfigMaps struct {
	objects   map[string]*corev1.ConfigMap
	writes    int
	createErr error // what Create fails with, if not nil
}

func (f *fakeConfigMaps) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.ConfigMap, error) {
	if object, ok := f.objects[name]; ok {
		return object.DeepCopy(), nil
	}
	return nil, apierrors.NewNotFound(corev1.Resource("configmaps"), name)
}

func (f *fakeConfigMaps) Create(_ context.Context, object *corev1.ConfigMap, _ metav1.CreateOptions) (*corev1.ConfigMap, error) {
	if f.createErr != nil {
		return nil, f.createErr
	}
	if _, ok := f.objects[object.Name]; ok {
		return nil, apierrors.NewAlreadyExists(corev1.Resource("configmaps"), object.Name)
	}
	return f.write(object), nil
}

func (f *fakeConfigMaps) Update(_ context.Context, object *corev1.ConfigMap, _ metav1.UpdateOptions) (*corev1.ConfigMap, error) {
	if _, ok := f.objects[object.Name]; !ok {
		return nil, apierrors.NewNotFound(corev1.Resource("configmaps"), object.Name)
	}
	return f.write(object), nil
}

func (f *fakeConfigMaps) write(object *corev1.ConfigMap) *corev1.ConfigMap {
	f.writes++
	f.objects[object.Name] = object.DeepCopy()
	return object.DeepCopy()
}
