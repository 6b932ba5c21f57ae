package openapi

import (
	"errors"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// flat lists the single mistakes of a validation.
func flat(err error) []error {
	if err == nil {
		return nil
	}
	var inBody *openapi3filter.ResponseError
	var inRequest *openapi3filter.RequestError
	var several openapi3.MultiError
	switch {
	case errors.As(err, &several):
		var list []error
		for _, one := range several {
			list = append(list, flat(one)...)
		}
		return list
	case errors.As(err, &inBody) && inBody.Err != nil:
		return flat(inBody.Err)
	case errors.As(err, &inRequest) && inRequest.Err != nil && inRequest.Parameter == nil:
		return flat(inRequest.Err)
	}
	return []error{err}
}

func deviation(op *operations.Operation, request bool, status int, err error) Deviation {
	d := Deviation{Operation: op, Request: request, Status: status, Reason: err.Error()}
	var schema *openapi3.SchemaError
	if errors.As(err, &schema) {
		d.Pointer = "/" + strings.Join(schema.JSONPointer(), "/")
		d.Reason = schema.Reason
	}
	return d
}
