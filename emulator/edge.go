package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	omniClustersPath       = "/omni-provisioner/v1beta/organizations/{organizationId}/clusters"
	edgeLocationsPath      = omniClustersPath + "/{clusterId}/edge-locations"
	edgeConfigurationsPath = edgeLocationsPath + "/{edgeLocationId}/configurations"
)

// The values of the state of an edge location. Documented.
const (
	edgePending      = "PENDING_ONBOARDING"
	edgeInitializing = "INITIALIZING"
	edgeReady        = "READY"
	edgeOffboarding  = "OFFBOARDING"
)

// Hidden fields of an edge location.
const (
	hiddenOnboarding  = "onboarding"  // when it began
	hiddenOffboarding = "offboarding" // when it began
)

// The places where edges can be: of these a location has one. Documented.
var edgePlaces = []string{"aws", "gcp", "oci", "custom"}

func (s *Server) edgeArea() {
	clusters := s.collect(collection{
		kind: "omni cluster", path: omniClustersPath,
		// Observed is that clients find this; that it is a bad request is assumed.
		remove: func(c *call, r *record) error {
			if left := c.edgeLocations(r.ID); len(left) > 0 {
				return badRequest("omni cluster %s still has %d edge locations", r.ID, len(left))
			}
			return nil
		},
	})
	s.handle("ClustersAPIRegisterCluster", registerOmniCluster)
	s.handle("ClustersAPIGetCluster", func(c *call) (*answer, error) {
		r, err := clusters.find(c)
		if err != nil {
			return nil, err
		}
		shown := clone(r.Doc).(doc)
		shown["edgeLocations"] = []any{}
		if c.flag("includeEdgeLocations") {
			for _, location := range c.edgeLocations(r.ID) {
				shown["edgeLocations"] = append(shown["edgeLocations"].([]any), clone(location.Doc))
			}
		}
		return c.reply(shown)
	})
	s.edgeLocationArea()
	s.edgeConfigurationArea()
}

// registerOmniCluster makes a cluster known to the edge service, or changes what is known of it. Observed: it answers
// with nothing, and works for clusters without an agent. What it knows of a cluster by itself is assumed.
func registerOmniCluster(c *call) (*answer, error) {
	id := c.params["id"]
	cluster := c.cluster(c, id)
	if cluster == nil || archived(cluster) {
		return nil, notFound("cluster not found: %s", id)
	}
	scope := fill(omniClustersPath, c.params)
	r := c.store.get(scope, id)
	if r == nil {
		account := c.newID()
		r = &record{Scope: scope, ID: id, Doc: doc{
			"id": id, "name": cluster.Doc["name"], "state": "READY", "providerType": "PROVIDER_TYPE_UNSPECIFIED", "serviceAccountId": account,
			"castaiOidcConfig": doc{
				"gcpServiceAccountEmail":    "castai-omni-" + account[:8] + "@castai-local.iam.gserviceaccount.com",
				"gcpServiceAccountUniqueId": "100000000000000000001",
			},
			"status": doc{"phase": "READY", "conditions": []any{}}, "createTime": instant(c.now),
		}}
		for _, kind := range []string{"eks", "gke", "aks"} {
			if object(cluster.Doc, kind) != nil {
				r.Doc["providerType"] = strings.ToUpper(kind)
			}
		}
	}
	r.Doc["updateTime"] = instant(c.now)
	maps.Copy(r.Doc, object(c.input(), "status")) // what is not given stays: observed
	c.store.put(r)
	return c.reply(doc{})
}

func (s *Server) edgeLocationArea() {
	locations := s.collect(collection{
		kind: "edge location", path: edgeLocationsPath, unique: "name", // documented
		keep: []string{"name", "region", "controlPlaneMode", "state", "error", "cloudResourceId", "totalEdgeCount"},
		// Documented is the mode. The others are assumed.
		defaults: doc{"controlPlaneMode": "DEDICATED", "zones": []any{}, "description": "", "totalEdgeCount": 0.0},
		rules:    edgeLocationRules,
	})
	const api = "EdgeLocationsAPI"
	s.handle(api+"CreateEdgeLocation", func(c *call) (*answer, error) {
		c.edgeLocations(c.params["clusterId"]) // those whose time has come go, and leave their name
		return locations.create(c)
	})
	s.handle(api+"ListEdgeLocations", func(c *call) (*answer, error) { return c.page(c.edgeLocations(c.params["clusterId"])) })
	alive := func(c *call) (*record, error) {
		c.edgeLocations(c.params["clusterId"]) // those whose time has come go
		return locations.find(c)
	}
	s.handle(api+"CreateEdgeLocation", func(c *call) (*answer, error) {
		c.edgeLocations(c.params["clusterId"]) // their names are free
		return locations.create(c)
	})
	s.handle(api+"GetEdgeLocation", func(c *call) (*answer, error) {
		r, err := alive(c)
		if err != nil {
			return nil, err
		}
		return c.show(r, "")
	})
	// Documented: only parts of the specification are named. What is left out of the others stays.
	s.handle(api+"UpdateEdgeLocation", func(c *call) (*answer, error) {
		r, err := alive(c)
		if err != nil {
			return nil, err
		}
		if spec := object(c.input(), "edgeClusterSpec"); spec != nil {
			kept := clone(object(r.Doc, "edgeClusterSpec")).(doc)
			for name, part := range spec {
				if name == "addons" || name == "liqo" {
					kept[name] = part
				} else {
					kept = merged(kept, doc{name: part})
				}
			}
			if annotations := object(object(spec, "controlPlane"), "serviceAnnotations"); annotations != nil { // assumed: as a whole
				object(kept, "controlPlane")["serviceAnnotations"] = annotations
			}
			c.input()["edgeClusterSpec"] = kept
		}
		return locations.update(c)
	})
	// Documented: it takes time. Assumed: as much as a disconnect.
	s.handle(api+"DeleteEdgeLocation", func(c *call) (*answer, error) {
		r, err := alive(c)
		if err != nil {
			return nil, err
		}
		if r.Doc["state"] != edgeOffboarding {
			r.Doc["state"] = edgeOffboarding
			r.setTime(hiddenOffboarding, c.now)
			c.store.put(r)
		}
		return c.reply(doc{})
	})
}

// edgeLocations lists the locations of a cluster, as they are by now.
func (c *call) edgeLocations(clusterID string) (list []*record) {
	params := map[string]string{"organizationId": c.params["organizationId"], "clusterId": clusterID}
	for _, r := range c.store.list(fill(edgeLocationsPath, params)) {
		switch {
		case r.Doc["state"] == edgeOffboarding && due(r, hiddenOffboarding, c.settings.DisconnectDelay, c.now):
			c.store.remove(r)
			continue
		case r.Doc["state"] == edgeInitializing && due(r, hiddenOnboarding, c.settings.AgentDelay, c.now):
			r.Doc["state"] = edgeReady
			c.store.put(r)
		}
		list = append(list, r)
	}
	return list
}

// due tells whether what began then has had its time.
func due(r *record, began string, delay time.Duration, now time.Time) bool {
	return !now.Before(r.time(began).Add(max(0, delay)))
}

func edgeLocationRules(c *call, r *record, old doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty")
	}
	var places []string
	for _, name := range edgePlaces {
		if d[name] != nil {
			places = append(places, name)
		}
	}
	if len(places) != 1 {
		return invalid("provider", "one of %s must be set, and there are %q", strings.Join(edgePlaces, ", "), places) // documented
	}
	place := places[0]
	if place != "custom" && text(d, "region") == "" {
		return invalid("region", "must not be empty with %s", place) // documented
	}
	if tags, ok := object(object(d, "gcp"), "networking")["tags"].([]any); ok {
		object(object(d, "gcp"), "networking")["tags"] = sorted(tags) // assumed: their order does not stay
	}
	// Documented: answers do not show credentials. Assumed: those that an update leaves out stay.
	if credentials := object(d, place)["credentials"]; credentials != nil {
		r.hide("credentials", credentials)
		delete(object(d, place), "credentials")
	}
	spec := object(d, "edgeClusterSpec")
	if spec == nil {
		spec = doc{}
		d["edgeClusterSpec"] = spec
	}
	// Documented: an HA control plane, and the GPU operator. The rest is assumed.
	setDefaults(spec, doc{"addons": []any{doc{"name": "nvidia-gpu-operator"}}})
	spec["controlPlane"] = merged(doc{"ha": true}, object(spec, "controlPlane"))
	spec["networking"] = merged(doc{
		"tunneledCidrs": []any{}, "cni": doc{"overlay": "OVERLAY_UNSPECIFIED", "overlayEncap": "OVERLAY_ENCAP_UNSPECIFIED"},
	}, object(spec, "networking"))
	if old == nil {
		r.setTime(hiddenOnboarding, c.now)
		if d["state"] = edgeInitializing; place == "custom" {
			d["state"] = edgePending // documented: until its script runs
		} else if due(r, hiddenOnboarding, c.settings.AgentDelay, c.now) {
			d["state"] = edgeReady
		}
	}
	return nil
}

func (s *Server) edgeConfigurationArea() {
	configurations := s.collect(collection{
		kind: "edge configuration", path: edgeConfigurationsPath,
		keep:     []string{"edgeLocationId", "edgeLocationName", "edgeCount"},
		defaults: doc{"default": false, "userDataBase64": "", "edgeCount": 0.0}, // observed
		rules:    edgeConfigurationRules,
		// Documented.
		remove: func(_ *call, r *record) error {
			if r.Doc["default"] == true {
				return badRequest("edge configuration %s is the default of its edge location", r.ID)
			}
			return nil
		},
	})
	const api = "EdgeConfigurationsAPI"
	// Documented: the list is elsewhere. Assumed: without a location it is that of all in the cluster.
	s.handle(api+"ListEdgeConfigurations", func(c *call) (*answer, error) {
		var all []*record
		for _, location := range c.edgeLocations(c.params["clusterId"]) {
			params := maps.Clone(c.params)
			params["edgeLocationId"] = location.ID
			all = append(all, c.store.list(fill(edgeConfigurationsPath, params))...)
		}
		return c.page(all)
	})
	// Observed: an update that names the place replaces it, and one that names only the default leaves all else alone.
	s.handle(api+"UpdateEdgeConfiguration", func(c *call) (*answer, error) {
		in := c.input()
		if on, named := in["default"].(bool); named && !on {
			return nil, invalid("default", "can only be set to true")
		}
		r, err := configurations.find(c)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(edgePlaces, func(name string) bool { return in[name] != nil }) {
			old := r.Doc
			r.Doc = maps.Clone(old)
			for _, name := range edgePlaces {
				delete(r.Doc, name)
			}
			a, err := configurations.update(c)
			if err != nil {
				r.Doc = old
			}
			return a, err
		}
		return configurations.update(c)
	})
}

func edgeConfigurationRules(c *call, r *record, _ doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty")
	}
	places := slices.DeleteFunc(slices.Clone(edgePlaces), func(name string) bool { return d[name] == nil })
	if len(places) > 1 {
		return invalid("provider", "only one of %s may be set", strings.Join(edgePlaces, ", "))
	}
	if text(object(d, "cri"), "socket") == "" {
		delete(d, "cri") // assumed: clients send an empty one to clear it
	}
	location := c.store.get(fill(edgeLocationsPath, c.params), c.params["edgeLocationId"]) // without one the call had not come here
	d["edgeLocationName"] = location.Doc["name"]
	// Assumed: a location has one default, so the one before ceases to be it.
	if d["default"] == true {
		for _, other := range c.store.list(r.Scope) {
			if other != r && other.Doc["default"] == true {
				other.Doc["default"] = false
				c.store.put(other)
			}
		}
	}
	return nil
}
