// Package security holds the resources that concern runtime security.
package security

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// SecurityRuntimeRule says which events in clusters are anomalies.
type SecurityRuntimeRule struct {
	crud.Resource[SecurityRuntimeRuleArgs, SecurityRuntimeRuleState]
}

// NewSecurityRuntimeRule returns the resource.
func NewSecurityRuntimeRule() *SecurityRuntimeRule {
	r := &SecurityRuntimeRule{}
	r.Resource = crud.Resource[SecurityRuntimeRuleArgs, SecurityRuntimeRuleState]{
		Kind:     "security runtime rule",
		Path:     func(*SecurityRuntimeRuleArgs) string { return runtimeRules() },
		ImportID: "<securityRuntimeRuleId>",
		List:     &crud.List{Items: "rules"},
		Out:      "rule",
		Fetch:    r.fetch,
		Body: func(_ *SecurityRuntimeRuleArgs, body map[string]any, update bool) error {
			for name, value := range map[string]string{"category": "event", "ruleEngineType": "RULE_ENGINE_TYPE_CEL"} {
				if body[name] == nil && !update {
					body[name] = value
				}
			}
			return nil
		},
		// An update says all of these, or the service might take them for cleared.
		Keep: func(current, body map[string]any) {
			for _, name := range []string{"enabled", "resourceSelector", "labels"} {
				if body[name] == nil && current[name] != nil {
					body[name] = current[name]
				}
			}
			if body["enabled"] == nil {
				body["enabled"] = false
			}
		},
		Fill: func(_ map[string]any, s *SecurityRuntimeRuleState) {
			if s.UsedCustomLists == nil {
				s.UsedCustomLists = CustomLists{}
			}
		},
		// Deletions are a call of their own.
		Rewrite: func(_ *SecurityRuntimeRuleArgs, id string, call *api.Call) {
			if call.Method == http.MethodDelete {
				repeatable := true
				*call = api.Call{
					Method: http.MethodPost, Path: runtimeRules() + api.Path("delete"),
					Body: map[string]any{"ids": []any{id}}, Idempotent: &repeatable,
				}
			}
		},
		Guard: func(s *SecurityRuntimeRuleState) string {
			if s.IsBuiltIn {
				return "it is a rule of CAST AI, which cannot be deleted; to switch it off, set `enabled` to false before it goes"
			}
			return ""
		},
	}
	return r
}

func runtimeRules() string { return api.Path("v1", "security", "runtime", "rules") }

// fetch reads a rule. An answer without one says that it is gone.
func (r *SecurityRuntimeRule) fetch(ctx context.Context, a *SecurityRuntimeRuleArgs, id string) (map[string]any, error) {
	if crud.Lists(ctx) {
		return r.Find(ctx, a, "id", id)
	}
	body, err := crud.Get(ctx, runtimeRules()+api.Path(id))
	return wire.Object(body, "rule"), err
}

// Annotate describes the resource.
func (r *SecurityRuntimeRule) Annotate(a infer.Annotator) {
	a.Describe(&r, "A rule of runtime security: which events in the clusters of the organization are anomalies, as an expression "+
		"in CEL.\n\n"+
		"A rule that CAST AI brings along can be imported and changed. It cannot be deleted, and is left as it is when "+
		"the resource is deleted or replaced.\n\n"+
		"## Import\n\nThe import ID is `<securityRuntimeRuleId>`. In place of the ID it may be the name, if no other rule has the same.")
}

// SecurityRuntimeRuleArgs are the inputs of a [SecurityRuntimeRule].
type SecurityRuntimeRuleArgs struct {
	Name             *string           `pulumi:"name,optional" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	Category         *string           `pulumi:"category,optional" provider:"replaceOnChanges" wire:",create" norm:"default=event"`
	Severity         Word              `pulumi:"severity" norm:"fold" check:"notblank,known=SEVERITY_CRITICAL|SEVERITY_HIGH|SEVERITY_MEDIUM|SEVERITY_LOW|SEVERITY_NONE"`
	Enabled          *bool             `pulumi:"enabled,optional" wire:",zero"`
	RuleText         string            `pulumi:"ruleText" norm:"lines" check:"notblank"`
	RuleEngineType   *Word             `pulumi:"ruleEngineType,optional" provider:"replaceOnChanges" wire:",create" norm:"fold,default=RULE_ENGINE_TYPE_CEL" check:"known=RULE_ENGINE_TYPE_CEL"`
	ResourceSelector *string           `pulumi:"resourceSelector,optional" wire:",zero" norm:"lines"`
	Labels           map[string]string `pulumi:"labels,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *SecurityRuntimeRuleArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the rule, which no other rule of the organization should have. Left out, it is made from the "+
		"resource's name and seven random characters. Changing it replaces the rule.")
	a.Describe(&x.Category, "What kind of rule it is. Default: `event`. Changing it replaces the rule.")
	a.Describe(&x.Severity, "How bad an anomaly is: `SEVERITY_CRITICAL`, `SEVERITY_HIGH`, `SEVERITY_MEDIUM`, `SEVERITY_LOW` or "+
		"`SEVERITY_NONE`, in any letter case.")
	a.Describe(&x.Enabled, "Whether events are judged by the rule. Default: false.")
	a.Describe(&x.RuleText, "The expression in CEL that is true of an event that is an anomaly. Blanks at the ends of lines do not "+
		"count.")
	a.Describe(&x.RuleEngineType, "What the expression is written in. Default, and all there is: `RULE_ENGINE_TYPE_CEL`, in any letter "+
		"case. Changing it replaces the rule.")
	a.Describe(&x.ResourceSelector, "An expression in CEL that is true of the workloads whose events are judged. Left out, those of all.")
	a.Describe(&x.Labels, "Labels of the rule.")
}

// SecurityRuntimeRuleState are the outputs of a [SecurityRuntimeRule].
type SecurityRuntimeRuleState struct {
	SecurityRuntimeRuleArgs
	Type            string      `pulumi:"type"`
	AnomaliesCount  int         `pulumi:"anomaliesCount" wire:",changes"`
	IsBuiltIn       bool        `pulumi:"isBuiltIn"`
	UsedCustomLists CustomLists `pulumi:"usedCustomLists" wire:",changes"`
}

// Annotate describes the outputs.
func (x *SecurityRuntimeRuleState) Annotate(a infer.Annotator) {
	a.Describe(&x.Type, "The type of the rule inside CAST AI.")
	a.Describe(&x.AnomaliesCount, "How many anomalies the rule has found.")
	a.Describe(&x.IsBuiltIn, "Whether CAST AI brings the rule along.")
	a.Describe(&x.UsedCustomLists, "The names of the custom lists that the expression uses.")
}

// Word is one that the API wants in upper case.
type Word string

// EncodeWire writes the word in upper case.
func (w Word) EncodeWire() (any, error) { return strings.ToUpper(string(w)), nil }

// CustomLists are the names of custom lists.
type CustomLists []string

// DecodeWire reads the names of lists.
func (x *CustomLists) DecodeWire(body any) error {
	*x = CustomLists{}
	list, _ := body.([]any)
	for _, item := range list {
		if item, ok := item.(map[string]any); ok {
			*x = append(*x, wire.Text(item, "name"))
		}
	}
	return nil
}

// Read fetches the rule, for a refresh or an import.
func (r *SecurityRuntimeRule) Read(
	ctx context.Context, req infer.ReadRequest[SecurityRuntimeRuleArgs, SecurityRuntimeRuleState],
) (resp infer.ReadResponse[SecurityRuntimeRuleArgs, SecurityRuntimeRuleState], err error) {
	if crud.IsImport(ctx) && uuid.Validate(req.ID) != nil {
		if req.ID, err = named(ctx, req.ID); err != nil {
			return resp, err
		}
	}
	return r.Resource.Read(ctx, req)
}

// named returns the ID of the only rule of that name.
func named(ctx context.Context, name string) (string, error) {
	list, err := config.Client(ctx).Collection(ctx, runtimeRules(), nil, "rules")
	if err != nil {
		return "", fmt.Errorf("cannot look for a security runtime rule named %q: %w", name, err)
	}
	rule, err := crud.Named("security runtime rule", name).One(list.Items)
	return wire.Text(rule, "id"), err
}
