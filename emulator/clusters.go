package emulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

const clustersPath = "/v1/kubernetes/external-clusters"

// The values of status. Documented, but for archived, which was observed.
const (
	statusConnecting = "connecting"
	statusReady      = "ready"
	statusFailed     = "failed"
	statusDeleting   = "deleting"
	statusDeleted    = "deleted"
	statusArchived   = "archived"
)

// The values of agentStatus. Documented.
const (
	agentWaiting       = "waiting-connection"
	agentOnline        = "online"
	agentNotResponding = "non-responding"
	agentDisconnecting = "disconnecting"
	agentDisconnected  = "disconnected"
)

// Hidden fields of a cluster. Times are RFC 3339.
const (
	hiddenIdentity     = "identity"     // what makes it the same cluster when it is registered again
	hiddenRegistered   = "registered"   // when
	hiddenCredentials  = "credentials"  // when they were last set
	hiddenReconciled   = "reconciled"   // when the current credentials were found to work
	hiddenSnapshot     = "snapshot"     // when an agent last sent one
	hiddenPoll         = "poll"         // when a cluster controller last asked for actions
	hiddenContinuity   = "continuity"   // the token that links an agent's snapshots
	hiddenResync       = "resync"       // whether an agent is to send all once more
	hiddenDisconnect   = "disconnect"   // when it was asked for
	hiddenDeleteNodes  = "deleteNodes"  // whether nodes are to be deleted with it
	hiddenPrincipal    = "principal"    // the cloud principal that its role must trust
	hiddenAgentVersion = "agentVersion" // of castai-agent
	hiddenStatus       = "status"       // set from outside
	hiddenAgentStatus  = "agentStatus"  // set from outside
)

func (s *Server) clusterArea() {
	const api = "ExternalClusterAPI"
	s.adapters[api+"RegisterCluster"] = adaptRegistration
	s.adapters[api+"HandleCloudEvent"] = camelCase
	s.handle(api+"RegisterCluster", registerCluster)
	s.handle(api+"ListClusters", listClusters)
	for operation, h := range map[string]func(*call, *record) (*answer, error){
		"GetCluster":                showCluster,
		"UpdateCluster":             updateCluster,
		"DeleteCluster":             deleteCluster,
		"DisconnectCluster":         disconnectCluster,
		"CreateClusterToken":        createClusterToken,
		"ReconcileCluster":          reconcileCluster,
		"GKECreateSA":               createGKEServiceAccount,
		"DisableGKESA":              disableGKEServiceAccount,
		"GetAssumeRolePrincipal":    showPrincipal,
		"CreateAssumeRolePrincipal": createPrincipal,
		"DeleteAssumeRolePrincipal": deletePrincipal,
		"ListNodes":                 listNodes,
		"GetNode":                   showNode,
		"DeleteNode":                onNode(deleteNode),
		"DrainNode":                 onNode(drainNode),
		"AddNode":                   addNode,
		"HandleCloudEvent":          cloudEvent,
		"GetCredentialsScript":      showScript("onboarding"),
		"GetCleanupScript":          showScript("cleanup"),
		"TriggerHibernateCluster":   triggerHibernate,
		"TriggerResumeCluster":      triggerResume,
	} {
		s.handle(api+operation, func(c *call) (*answer, error) {
			r := s.cluster(c, c.params["clusterId"])
			if r == nil {
				return nil, notFound("cluster not found: %s", c.params["clusterId"])
			}
			return h(c, r)
		})
	}
	s.handle(api+"ImpersonationServiceAccount", impersonationServiceAccount)
}

// cluster returns a cluster as it is by now, or nil.
func (s *Server) cluster(c *call, id string) *record {
	r := s.store.get(clustersPath, id)
	if r == nil || !c.sees(r) {
		return nil
	}
	s.advance(r, c.now)
	if archived(r) && s.settings.ArchivedNotFound {
		return nil
	}
	return r
}

func archived(r *record) bool { return r.Doc["status"] == statusArchived }

func showCluster(c *call, r *record) (*answer, error) { return c.show(r, "") }

// Assumed: archived clusters are not listed.
func listClusters(c *call) (*answer, error) {
	var live []*record
	for _, r := range c.store.list(clustersPath) {
		c.advance(r, c.now)
		if !archived(r) && c.sees(r) {
			live = append(live, r)
		}
	}
	return c.page(live)
}

// adaptRegistration accepts what agents send: snake case, numbers for enums and a zero id for none. Observed.
func adaptRegistration(in doc) {
	camelCase(in)
	if in["id"] == "00000000-0000-0000-0000-000000000000" {
		delete(in, "id")
	}
	if method, ok := in["castwareInstallMethod"].(float64); ok {
		in["castwareInstallMethod"] = "CASTWARE_INSTALL_METHOD_UNSPECIFIED"
		if method == 1 {
			in["castwareInstallMethod"] = "OPERATOR"
		}
	}
}

// camelCase renames the members that are written in snake case.
func camelCase(in doc) {
	for name, value := range in {
		if !strings.Contains(name, "_") {
			continue
		}
		var camel strings.Builder
		upper := false
		for _, letter := range name {
			if letter == '_' {
				upper = true
				continue
			}
			if upper {
				letter = unicode.ToUpper(letter)
			}
			camel.WriteRune(letter)
			upper = false
		}
		delete(in, name)
		in[camel.String()] = value
	}
}

// provider is what a registration says about a cluster's cloud.
type provider struct {
	kind      string   // providerType
	field     string   // of the body
	identity  []string // the members that identify a cluster; its id when there are none
	namespace string   // the member with the account, project or subscription
}

var providers = []provider{
	{"eks", "eks", []string{"accountId", "region", "clusterName"}, "accountId"},
	{"gke", "gke", []string{"projectId", "location", "clusterName"}, "projectId"},
	// Agents send no name, and node resource groups belong to one cluster.
	{"aks", "aks", []string{"subscriptionId", "nodeResourceGroup"}, "subscriptionId"},
	{"kops", "kops", nil, ""},
	{"openshift", "openshift", nil, ""},
	{"oke", "oke", nil, ""},
	{"anywhere", "anywhere", []string{"kubeSystemNamespaceId"}, ""},
	{"self-hosted-with-ec2-nodes", "selfHostedWithEc2Nodes", []string{"accountId", "region", "clusterName"}, "accountId"},
}

// key tells clusters apart. Assumed from what clients and agents send: the same values mean the same cluster,
// letter case aside, since clouds report some of them in another case than users write them.
func (p provider) key(in, params doc) (string, *Failure) {
	if p.identity == nil {
		if id := text(in, "id"); id != "" {
			return p.kind + "/" + id, nil
		}
		return p.kind + "/" + text(in, "name"), nil
	}
	key := p.kind
	for _, name := range p.identity {
		value := strings.TrimSpace(text(params, name))
		if value == "" {
			return "", invalid(p.field+"."+name, "must not be empty")
		}
		key += "/" + strings.ToLower(value)
	}
	return key, nil
}

// registerCluster finds or makes a cluster. Observed: idempotent by cloud identity, whoever registers.
func registerCluster(c *call) (*answer, error) {
	in := withoutNulls(c.input()).(doc)
	if id := text(in, "id"); id != "" {
		if r := c.cluster(c, id); r != nil && !archived(r) {
			c.revive(r)
			return c.show(r, "")
		}
	}
	for _, p := range providers {
		params := object(in, p.field)
		if params == nil {
			continue
		}
		identity, failure := p.key(in, params)
		if failure != nil {
			return nil, failure
		}
		for _, r := range c.store.where(clustersPath, hiddenIdentity, identity) {
			if !archived(r) && c.sees(r) {
				c.advance(r, c.now)
				complete(r, p, in)
				c.store.put(r)
				c.revive(r)
				return c.show(r, "")
			}
		}
		if c.who.cluster != "" {
			return nil, &Failure{Status: http.StatusForbidden, Message: "the token is for cluster " + c.who.cluster + " only"}
		}
		return c.show(c.newCluster(p, identity, in), "")
	}
	return nil, badRequest("one of eks, gke, aks, kops, openshift, oke, anywhere, selfHostedWithEc2Nodes is needed")
}

// complete adds what a later registration knows and an earlier did not; nothing known is overwritten. Assumed.
func complete(r *record, p provider, in doc) {
	params := object(r.Doc, p.field)
	for name, value := range object(in, p.field) {
		if params[name] == nil || params[name] == "" {
			params[name] = value
		}
	}
	if region := text(params, "region"); text(object(r.Doc, "region"), "name") == "" {
		r.Doc["region"] = doc{"name": region, "displayName": region}
	}
	if text(r.Doc, "name") == "" {
		r.Doc["name"] = text(in, "name")
		r.Doc["clusterNameId"] = clusterNameID(r.Doc)
	}
}

// newCluster makes a cluster. Two descriptions of the service disagree on the first status; "ready" without an agent
// is the one that catches clients which look at it alone.
func (c *call) newCluster(p provider, identity string, in doc) *record {
	params := object(in, p.field)
	region := text(params, "region")
	d := doc{
		"id": c.newID(), "name": text(in, "name"), "organizationId": c.organization(), "credentialsId": "",
		"createdAt": instant(c.now), "status": statusReady, "agentStatus": agentWaiting, "providerType": p.kind,
		"providerNamespaceId": text(params, p.namespace), "managedBy": c.managedBy(), "isPhase2": false, "private": false,
		"region": doc{"name": region, "displayName": region}, "tags": doc{}, "kubernetesVersion": nil,
		"reconcileError": nil, "reconciledAt": nil, "reconcileInfo": doc{"mode": "enabled", "status": "unknown"},
		p.field: params,
	}
	if method := text(in, "castwareInstallMethod"); method != "" {
		d["castwareInstallMethod"] = method
	}
	d["clusterNameId"] = clusterNameID(d)
	r := &record{Scope: clustersPath, ID: text(d, "id"), Doc: d}
	r.hide(hiddenIdentity, identity)
	r.setTime(hiddenRegistered, c.now)
	c.store.put(r)
	c.newDefaultTemplate(r.ID)
	c.newScalingPolicies(r.ID)
	c.advance(r, c.now)
	return r
}

// revive makes a disconnected cluster a registered one again, which an agent or new credentials can connect. Assumed:
// what is known of clients is only that a cluster they register has to be one they can use.
func (c *call) revive(r *record) {
	if r.Doc["status"] != statusDeleted {
		return
	}
	for _, field := range []string{
		hiddenDisconnect, hiddenDeleteNodes, hiddenCredentials, hiddenReconciled, hiddenSnapshot, hiddenPoll, hiddenContinuity, hiddenStatus,
		hiddenAgentStatus, hiddenHibernation,
	} {
		delete(r.Hidden, field)
	}
	r.setTime(hiddenRegistered, c.now)
	r.Doc = merged(r.Doc, doc{"credentialsId": "", "isPhase2": false, "reconcileError": nil, "reconciledAt": nil})
	r.Doc["reconcileInfo"] = doc{"mode": "enabled", "status": "unknown"}
	for _, field := range []string{"eks", "selfHostedWithEc2Nodes"} {
		delete(object(r.Doc, field), "assumeRoleArn")
	}
	c.store.put(r)
	c.advance(r, c.now)
}

func clusterNameID(d doc) string {
	return text(d, "name") + "-" + text(d, "id")[:min(8, len(text(d, "id")))]
}

// Assumed: tokens given out before stay valid.
func createClusterToken(c *call, r *record) (*answer, error) {
	if archived(r) {
		return nil, notFound("cluster not found: %s", r.ID)
	}
	return c.reply(doc{"token": c.issue(r)})
}

// updateCluster sets credentials and cloud settings. Observed: a body without any changes nothing, and each one with
// credentials gives the cluster a new credentialsId.
func updateCluster(c *call, r *record) (*answer, error) {
	if archived(r) {
		return nil, notFound("cluster not found: %s", r.ID)
	}
	in := withoutNulls(c.input()).(doc)
	d := merged(r.Doc, doc{})
	fresh := false
	if credentials := text(in, "credentials"); credentials != "" {
		// Assumed: a Google key may come as Google hands it out, in base64. Programs pass it on as it is.
		plain, err := base64.StdEncoding.DecodeString(credentials)
		if err != nil || object(d, "gke") == nil {
			plain = []byte(credentials)
		}
		var content doc
		if err := json.Unmarshal(plain, &content); err != nil { // assumed
			return nil, &Failure{Status: http.StatusBadRequest, Message: "invalid credentials",
				Violations: []Violation{{"credentials", "not a JSON object"}}}
		}
		if aks := object(d, "aks"); aks != nil && text(content, "tenantId") != "" {
			d["aks"] = merged(aks, doc{"tenantId": content["tenantId"]})
		}
		fresh = true
	}
	for _, field := range []string{"eks", "selfHostedWithEc2Nodes"} {
		if role := text(object(in, field), "assumeRoleArn"); role != "" && object(d, field) != nil {
			d[field] = merged(object(d, field), doc{"assumeRoleArn": role})
			fresh = true
		}
	}
	// Assumed: left out means unchanged; an empty object clears.
	if proxy := object(object(in, "aks"), "httpProxyConfig"); proxy != nil && object(d, "aks") != nil {
		d["aks"] = merged(object(d, "aks"), doc{})
		object(d, "aks")["httpProxyConfig"] = proxy
	}
	if account := text(object(in, "gke"), "gkeSaImpersonate"); account != "" && object(d, "gke") != nil {
		d["gke"] = merged(object(d, "gke"), doc{"clientServiceAccount": account})
	}
	r.Doc = d
	if fresh {
		d["credentialsId"] = c.newID()
		d["isPhase2"] = true
		r.setTime(hiddenCredentials, c.now)
		delete(r.Hidden, hiddenReconciled)
	}
	c.store.put(r)
	c.advance(r, c.now)
	return c.show(r, "")
}

func reconcileCluster(c *call, r *record) (*answer, error) {
	if archived(r) {
		return nil, notFound("cluster not found: %s", r.ID)
	}
	delete(r.Hidden, hiddenReconciled)
	delete(r.Hidden, hiddenStatus)
	if text(r.Doc, "credentialsId") != "" {
		r.setTime(hiddenCredentials, c.now)
	}
	r.Doc["reconcileError"] = nil
	c.store.put(r)
	return c.reply(doc{})
}

// createGKEServiceAccount makes the service's own account that impersonates the customer's. Observed.
func createGKEServiceAccount(c *call, r *record) (*answer, error) {
	gke := object(r.Doc, "gke")
	client := text(object(c.input(), "gke"), "gkeSaImpersonate")
	if gke == nil || archived(r) {
		return nil, badRequest("not a GKE cluster: %s", r.ID)
	}
	if client == "" {
		return nil, invalid("gke.gkeSaImpersonate", "must not be empty")
	}
	account := fmt.Sprintf("castai-gke-%s@castai-local.iam.gserviceaccount.com", r.ID[:min(8, len(r.ID))])
	r.Doc["gke"] = merged(gke, doc{"clientServiceAccount": client, "castServiceAccount": account})
	c.store.put(r)
	return c.reply(doc{"serviceAccount": account})
}

func disableGKEServiceAccount(c *call, r *record) (*answer, error) {
	gke := object(r.Doc, "gke")
	if gke == nil {
		return nil, badRequest("not a GKE cluster: %s", r.ID)
	}
	gke = merged(gke, doc{})
	delete(gke, "clientServiceAccount")
	delete(gke, "castServiceAccount")
	r.Doc["gke"] = gke
	c.store.put(r)
	return c.reply(doc{})
}

// Observed: an empty ARN, not 404, while there is none; and all three work for archived clusters.
func showPrincipal(c *call, r *record) (*answer, error) {
	return c.reply(doc{"arn": hidden[string](r, hiddenPrincipal)})
}

// Assumed: asking again gives the same principal.
func createPrincipal(c *call, r *record) (*answer, error) {
	if hidden[string](r, hiddenPrincipal) == "" {
		r.hide(hiddenPrincipal, "arn:aws:iam::000000000000:user/castai-"+r.ID)
		c.store.put(r)
	}
	return showPrincipal(c, r)
}

func deletePrincipal(c *call, r *record) (*answer, error) {
	delete(r.Hidden, hiddenPrincipal)
	c.store.put(r)
	return c.reply(doc{})
}

// impersonationServiceAccount is one per organization and cloud.
func impersonationServiceAccount(c *call) (*answer, error) {
	return c.reply(doc{
		"id":    "101010101010101010101",
		"email": fmt.Sprintf("castai-%s@castai-local.iam.gserviceaccount.com", c.organization()[:min(8, len(c.organization()))]),
	})
}

func (r *record) time(field string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, hidden[string](r, field))
	if err != nil {
		return time.Time{}
	}
	return at
}

func (r *record) setTime(field string, at time.Time) {
	r.hide(field, at.UTC().Format(time.RFC3339Nano))
}
