package emulator

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
)

// The scripts are the emulator's own. They do what the service's do to the API and to Kubernetes, and leave the cloud
// alone: what the service would make there, the user gives.

const scriptHead = `#!/bin/sh
set -eu
: "${CASTAI_API_URL:?the address of the API}" "${CASTAI_API_TOKEN:?an API token}"
`

// onboardingScripts give a cluster its credentials, by cloud.
var onboardingScripts = map[string]string{
	"eks": scriptHead + `: "${CASTAI_CLUSTER_ID:?the ID of the cluster}" "${ASSUME_ROLE_ARN:?the role for CAST AI to assume}"
curl -fsS -X POST -H "X-API-Key: $CASTAI_API_TOKEN" -H 'Content-Type: application/json' \
  -d "{\"eks\":{\"assumeRoleArn\":\"$ASSUME_ROLE_ARN\"}}" \
  "$CASTAI_API_URL/v1/kubernetes/external-clusters/$CASTAI_CLUSTER_ID"
`,
	"gke": credentialsScript("the key of a service account, JSON"),
	"aks": credentialsScript("subscriptionId, tenantId, clientId and clientSecret, JSON"),
}

func credentialsScript(what string) string {
	return scriptHead + `: "${CASTAI_CLUSTER_ID:?the ID of the cluster}" "${CREDENTIALS:?` + what + `}"
quoted=$(printf '%s' "$CREDENTIALS" | sed 's/\\/\\\\/g; s/"/\\"/g' | tr -d '\n')
curl -fsS -X POST -H "X-API-Key: $CASTAI_API_TOKEN" -H 'Content-Type: application/json' \
  -d "{\"credentials\":\"$quoted\"}" \
  "$CASTAI_API_URL/v1/kubernetes/external-clusters/$CASTAI_CLUSTER_ID"
`
}

// cleanupScript removes what the charts made. Documented: the namespace, and roles of the whole cluster.
const cleanupScript = `#!/bin/sh
set -eu
kubectl delete namespace castai-agent --ignore-not-found
kubectl delete clusterrole,clusterrolebinding castai-agent --ignore-not-found
`

// connectScript installs the agent, which registers the cluster.
const connectScript = scriptHead + `: "${CASTAI_PROVIDER:?eks, gke, aks or another provider of the agent}"
helm upgrade --install castai-agent castai-agent --repo https://castai.github.io/helm-charts \
  --namespace castai-agent --create-namespace --set createNamespace=false \
  --set apiKey="$CASTAI_API_TOKEN" --set apiURL="$CASTAI_API_URL" --set provider="$CASTAI_PROVIDER"
`

func (s *Server) scriptArea() {
	const api = "ExternalClusterAPI"
	s.handle(api+"GetCredentialsScriptTemplate", func(c *call) (*answer, error) {
		return c.script(onboardingScripts[c.params["provider"]])
	})
	s.handle(api+"GetCleanupScriptTemplate", func(c *call) (*answer, error) {
		if !slices.ContainsFunc(providers, func(p provider) bool { return p.kind == c.params["provider"] }) {
			return c.script("")
		}
		return c.script(cleanupScript)
	})
	s.handle(api+"GetConnectAndEnableCASTAIScript", func(c *call) (*answer, error) {
		return c.reply(doc{"contentType": "text/x-shellscript", "data": base64.StdEncoding.EncodeToString([]byte(connectScript)), "extensions": []any{}})
	})
	s.handle(api+"GetConnectAndEnableCASTAICmd", func(c *call) (*answer, error) {
		if id := c.query.Get("clusterId"); id != "" && c.cluster(c, id) == nil {
			return nil, notFound("cluster not found: %s", id)
		}
		fetch := fmt.Sprintf(`curl -fsSL -H "X-API-Key: $CASTAI_API_TOKEN" '%s/v1/scripts/connect-and-enable-castai.sh'`, c.base)
		return c.reply(doc{"script": fmt.Sprintf("%s | sed 's/.*\"data\":\"\\([^\"]*\\)\".*/\\1/' | base64 -d | CASTAI_API_URL='%s' CASTAI_PROVIDER='%s' sh",
			fetch, c.base, url.PathEscape(c.query.Get("provider")))})
	})
}

func (c *call) script(text string) (*answer, error) {
	if text == "" {
		return nil, notFound("no script for the provider %s", c.params["provider"])
	}
	return &answer{status: c.op.success, body: []byte(text)}, nil
}

// showScript is the command that runs a script for a cluster. The token is the user's to give: no answer shows one.
func showScript(name string) func(c *call, r *record) (*answer, error) {
	return func(c *call, r *record) (*answer, error) {
		if archived(r) {
			return nil, notFound("cluster not found: %s", r.ID)
		}
		kind := text(r.Doc, "providerType")
		if name == "onboarding" && onboardingScripts[kind] == "" {
			return nil, badRequest("clusters of the provider %s have no credentials", kind)
		}
		return c.reply(doc{"script": fmt.Sprintf(`curl -fsSL -H "X-API-Key: $CASTAI_API_TOKEN" '%s/v1/scripts/%s/%s.sh' | CASTAI_API_URL='%s' CASTAI_CLUSTER_ID='%s' sh`,
			c.base, kind, name, c.base, r.ID)})
	}
}
