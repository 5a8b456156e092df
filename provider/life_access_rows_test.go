package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/access"
)

func init() {
	rows = append(rows, groupRow, roleBindingsRow, organizationMembersRow, ssoConnectionRow,
		enterpriseGroupRow, enterpriseRoleBindingRow, enterpriseServiceAccountRow)
}

// inOrganization is the import ID of what belongs to an organization.
func inOrganization(w *world, r *harness.Resource) string { return w.organization + "/" + r.ID }

// vanishIn makes an object of the organization go.
func vanishIn(collection string) func(w *world, r *harness.Resource, inputs props) props {
	return func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, "/v1/organizations/"+w.organization+"/"+collection+"/"+r.ID, nil)
		return inputs
	}
}

var groupRow = &row{
	token: "OrganizationGroup", inputs: access.OrganizationGroupArgs{}, state: access.OrganizationGroupState{},
	least: func(w *world) props { return props{"organizationId": w.organization} },
	full: func(w *world) []props {
		return []props{{
			"organizationId": w.organization, "name": "platform", "description": "builds",
			"members": list(props{"members": list(
				props{"kind": "USER", "id": uuidTwo, "email": "B@example.com"},
				props{"kind": "service_account", "id": uuidOne, "email": "a@example.com"},
			)}),
			"labelSelector": props{"condition": "and", "requirements": list(
				props{"key": "team", "operator": "In", "values": list("web", "api")}, props{"key": "guest", "operator": "DOES_NOT_EXIST"},
			)},
		}}
	},
	changes: func(*world) map[string]props {
		return map[string]props{
			"organizationId":             {"organizationId": secondOrg},
			"labelSelector.requirements": {"labelSelector.requirements": list(props{"key": "team", "operator": "EXISTS"})},
		}
	},
	importID: inOrganization,
	vanish:   vanishIn("groups"),
}

var roleBindingsRow = &row{
	token: "RoleBindings", inputs: access.RoleBindingsArgs{}, state: access.RoleBindingsState{},
	least: func(w *world) props {
		return props{
			"organizationId": w.organization, "roleId": uuidOne, "subjects": list(),
			"scopes": list(props{"kind": "organization", "resourceId": w.organization}),
		}
	},
	full: func(w *world) []props {
		return []props{{
			"organizationId": w.organization, "name": "viewers", "description": "of dashboards", "roleId": uuidOne,
			"scopes": list(
				props{"kind": "Organization", "resourceId": w.organization}, props{"kind": "cluster", "resourceId": w.cluster}),
			"subjects": list(props{"subjects": list(
				props{"kind": "User", "userId": uuidTwo},
				props{"kind": "service_account", "serviceAccountId": uuidOne},
				props{"kind": "group", "groupId": uuidOne},
			)}),
		}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": secondOrg},
			"scopes":         {"scopes": list(props{"kind": "cluster", "resourceId": w.other})},
			"subjects":       {"subjects": list(props{"subjects": list(props{"kind": "group", "groupId": uuidTwo})})},
		}
	},
	importID: inOrganization,
	vanish:   vanishIn("role-bindings"),
}

var organizationMembersRow = &row{
	token: "OrganizationMembers", inputs: access.OrganizationMembersArgs{}, state: access.OrganizationMembersState{},
	least: func(w *world) props { return props{"organizationId": w.organization} },
	full: func(w *world) []props {
		return []props{{
			"organizationId": w.organization, "owners": list("Boss@example.com", "head@example.com"),
			"members": list("one@example.com", "two@example.com"), "viewers": list("audit@example.com"), "authoritative": true,
		}}
	},
	unchanged:   map[string]string{"organizationId": "invitations are those of the organization of the token, which has one"},
	importID:    func(w *world, _ *harness.Resource) string { return w.organization },
	notImported: map[string]string{"authoritative": localSwitch},
	vanish: func(w *world, _ *harness.Resource, inputs props) props {
		for _, in := range w.Request(http.MethodGet, "/v1/invitations", nil)["invitations"].([]any) {
			w.Request(http.MethodDelete, "/v1/invitations/"+in.(props)["id"].(string), nil)
		}
		return inputs
	},
}

const keptProvider = "the API takes no identity provider away from a connection, and a warning says so"

var ssoConnectionRow = &row{
	token: "SSOConnection", inputs: access.SSOConnectionArgs{}, state: access.SSOConnectionState{},
	least: func(*world) props {
		return props{"emailDomain": "example.com", "oidc": props{"issuerUrl": "https://idp.example.com", "clientId": "c"}}
	},
	full: func(*world) []props {
		common := func(name string, connector props) props {
			return props{
				"name": "idp", "emailDomain": "Example.com", "additionalEmailDomains": list("b.example.com", "a.example.com"),
				"defaultRoleId": uuidOne, "synchronizeUserGroups": true, name: connector,
			}
		}
		return []props{
			common("aad", props{"adDomain": "example.onmicrosoft.com", "clientId": "c", "clientSecret": "hush-hush"}),
			common("okta", props{"oktaDomain": "example.okta.com", "clientId": "c", "clientSecret": "hush-hush"}),
			common("oidc", props{
				"issuerUrl": "https://idp.example.com", "clientId": "c", "clientSecret": "hush-hush", "type": "TYPE_FRONT_CHANNEL",
			}),
			common("saml", props{
				"signInUrl": "https://idp.example.com/sso", "x509Certificate": "-----BEGIN CERTIFICATE-----", "entityId": "castai",
				"metadataUrl": "https://idp.example.com/metadata", "callbackUrl": "https://api.cast.ai/callback",
			}),
		}
	},
	drops: map[string]props{
		"aad":  {"okta": props{"oktaDomain": "example.okta.com", "clientId": "c"}},
		"okta": {"aad": props{"adDomain": "example.onmicrosoft.com", "clientId": "c"}},
		"oidc": {"aad": props{"adDomain": "example.onmicrosoft.com", "clientId": "c"}},
		"saml": {"aad": props{"adDomain": "example.onmicrosoft.com", "clientId": "c"}},
	},
	stays:    map[string]string{"aad": keptProvider, "okta": keptProvider, "oidc": keptProvider, "saml": keptProvider},
	importID: byID,
	notImported: map[string]string{
		"aad.clientSecret": neverReturned, "okta.clientSecret": neverReturned, "oidc.clientSecret": neverReturned,
	},
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, "/v1/sso-connections/"+r.ID, nil)
		return inputs
	},
	secrets: props{"aad.clientSecret": "PLANTED-secret"},
}

// inEnterprise is the import ID of what belongs to an enterprise.
func inEnterprise(w *world, r *harness.Resource) string {
	return w.organization + "/" + r.Output("organizationId").(string) + "/" + r.ID
}

// vanishInEnterprise makes an object of the enterprise go.
func vanishInEnterprise(collection string) func(w *world, r *harness.Resource, inputs props) props {
	return func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodPost, "/organization-management/v1/enterprises/"+w.organization+"/"+collection+":batchDelete", props{
			"enterpriseId": w.organization, "requests": list(props{"id": r.ID, "organizationId": r.Output("organizationId")}),
		})
		return inputs
	}
}

var enterpriseGroupRow = &row{
	token: "EnterpriseGroup", inputs: access.EnterpriseGroupArgs{}, state: access.EnterpriseGroupState{},
	least: func(w *world) props { return props{"enterpriseId": w.organization, "organizationId": w.organization} },
	full: func(w *world) []props {
		return []props{{
			"enterpriseId": w.organization, "organizationId": secondOrg, "name": "platform", "description": "builds",
			"members": list(props{"members": list(
				props{"kind": "USER", "id": uuidTwo}, props{"kind": "service_account", "id": uuidOne},
			)}),
			"roleBindings": list(props{"roleBindings": list(
				props{"name": "viewers", "roleId": uuidOne, "scopes": list(props{"scopes": list(
					props{"organization": secondOrg}, props{"cluster": w.cluster})})},
				props{"name": "owners", "roleId": uuidTwo, "scopes": list(props{"scopes": list(props{"resource": uuidOne})})},
			)}),
		}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": w.organization},
			"enterpriseId":   {"enterpriseId": secondOrg},
			"roleBindings": {"roleBindings": list(props{"roleBindings": list(
				props{"name": "viewers", "roleId": uuidTwo, "scopes": list(props{"scopes": list(props{"cluster": w.other})})},
			)})},
		}
	},
	waived:   map[string]string{"roleBindings.roleBindings.id": "the service makes it"},
	importID: inEnterprise,
	vanish:   vanishInEnterprise("groups"),
}

var enterpriseRoleBindingRow = &row{
	token: "EnterpriseRoleBinding", inputs: access.EnterpriseRoleBindingArgs{}, state: access.EnterpriseRoleBindingState{},
	least: func(w *world) props {
		return props{
			"enterpriseId": w.organization, "organizationId": w.organization, "roleId": uuidOne,
			"subjects": props{"users": list(props{"id": uuidOne})}, "scopes": props{"organizations": list(props{"id": w.organization})},
		}
	},
	full: func(w *world) []props {
		ids := func(ids ...string) (out []any) {
			for _, id := range ids {
				out = append(out, props{"id": id})
			}
			return out
		}
		return []props{{
			"enterpriseId": w.organization, "organizationId": secondOrg, "name": "viewers", "description": "of dashboards", "roleId": uuidOne,
			"subjects": props{"users": ids(uuidTwo, uuidOne), "serviceAccounts": ids(uuidTwo, uuidOne), "groups": ids(uuidTwo, uuidOne)},
			"scopes":   props{"organizations": ids(secondOrg, w.organization), "clusters": ids(w.other, w.cluster), "resources": ids(uuidTwo, uuidOne)},
		}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": w.organization},
			"enterpriseId":   {"enterpriseId": secondOrg},
		}
	},
	importID: inEnterprise,
	vanish:   vanishInEnterprise("role-bindings"),
}

var enterpriseServiceAccountRow = &row{
	token: "EnterpriseServiceAccount", inputs: access.EnterpriseServiceAccountArgs{}, state: access.EnterpriseServiceAccountState{},
	least: func(w *world) props { return props{"enterpriseId": w.organization} },
	full: func(w *world) []props {
		return []props{{"enterpriseId": w.organization, "organizationId": secondOrg, "name": "ci", "description": "builds"}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": w.organization},
			"enterpriseId":   {"enterpriseId": secondOrg},
		}
	},
	importID: inEnterprise,
	vanish:   vanishInEnterprise("service-accounts"),
}
