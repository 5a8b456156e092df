package emulator

import (
	"encoding/json"
	"strings"
)

const (
	aiPath              = "/ai-optimizer/v1beta/organizations/{organizationId}"
	modelRegistriesPath = aiPath + "/model-registries"
	modelSpecsPath      = aiPath + "/model-specs"
	hostedModelsPath    = aiPath + "/clusters/{clusterId}/hosted-models"
)

// PredefinedModelSpecs are specs that the vendor has of its own: those of Llama 3.2 1B Instruct. Documented.
const PredefinedModelSpecs = "c7a7254f-b7c0-43c5-9a09-5c7afe72de92"

// Hidden fields of what the AI optimizer knows.
const (
	hiddenSince   = "since"   // when the present status began
	hiddenGoing   = "going"   // when the deletion began
	hiddenHFToken = "hfToken" // what no answer shows
)

func (s *Server) aiArea() {
	registries := s.collect(collection{kind: "model registry", path: modelRegistriesPath, rules: modelRegistryRules})
	active := func(c *call) []*record {
		list := c.store.list(fill(modelRegistriesPath, c.params))
		for _, r := range list {
			if r.Doc["status"] == "ONBOARDING" && due(r, hiddenSince, c.settings.AgentDelay, c.now) {
				r.Doc["status"] = "ACTIVE"
				c.store.put(r)
			}
		}
		return list
	}
	s.handle("ModelRegistriesAPIListModelRegistries", func(c *call) (*answer, error) { return c.page(active(c)) })
	s.handle("ModelRegistriesAPIGetModelRegistry", func(c *call) (*answer, error) {
		active(c)
		r, err := registries.find(c)
		if err != nil {
			return nil, err
		}
		return c.show(r, "")
	})
	s.collect(collection{
		kind: "model specs", path: modelSpecsPath,
		defaults: doc{"type": "chat", "routable": true, "modalities": []any{"text"}}, // assumed: the service looks them up
		rules:    modelSpecsRules,
	})
	s.hostedModelArea()
}

func modelRegistryRules(c *call, r *record, _ doc) error {
	provider := object(r.Doc, "provider")
	s3, gcs := object(provider, "s3"), object(provider, "gcs")
	switch kind := provider["type"]; {
	case kind == "S3" && (s3 == nil || gcs != nil), kind == "GCS" && (gcs == nil || s3 != nil), kind == "PROVIDER_TYPE_UNSPECIFIED":
		return invalid("provider", "s3 goes with the type S3, and gcs with GCS") // documented
	case s3 != nil:
		s3["userName"] = "castai-" + digest(c.params["organizationId"] + "|" + text(s3, "bucket"))[:12] // documented
	default:
		gcs["serviceAccount"] = "castai-models@castai-local.iam.gserviceaccount.com" // assumed
	}
	for _, bucket := range []doc{s3, gcs} {
		if bucket != nil && strings.TrimSpace(text(bucket, "bucket")) == "" {
			return invalid("provider", "the bucket must not be empty")
		}
	}
	credentials := text(r.Doc, "credentials")
	if strings.TrimSpace(credentials) == "" {
		return invalid("credentials", "must not be empty")
	}
	delete(r.Doc, "credentials") // documented: no answer shows them
	r.setTime(hiddenSince, c.now)
	r.Doc["status"], r.Doc["statusReason"] = "ONBOARDING", ""
	if !json.Valid([]byte(credentials)) {
		r.Doc["status"], r.Doc["statusReason"] = "ERROR", "the credentials cannot be read" // documented but for the reason
	} else if due(r, hiddenSince, c.settings.AgentDelay, c.now) {
		r.Doc["status"] = "ACTIVE"
	}
	return nil
}

func modelSpecsRules(c *call, r *record, _ doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "model")) == "" {
		return invalid("model", "must not be empty")
	}
	private := object(d, "privateRegistry")
	if (private == nil) == (d["huggingFace"] == nil) || (d["registryType"] == "PRIVATE") != (private != nil) {
		return invalid("registryType", "huggingFace goes with the type HUGGING_FACE, and privateRegistry with PRIVATE") // assumed
	}
	if private != nil {
		// Assumed: both must exist.
		if id := text(private, "registryId"); c.store.get(fill(modelRegistriesPath, c.params), id) == nil {
			return invalid("privateRegistry.registryId", "model registry not found: %s", id)
		}
		if id := text(private, "baseModelId"); !c.hasModelSpecs(id) {
			return invalid("privateRegistry.baseModelId", "model specs not found: %s", id)
		}
		private["status"], private["statusReason"] = "ACTIVE", ""
	}
	return nil
}

func (c *call) hasModelSpecs(id string) bool {
	return id == PredefinedModelSpecs || c.store.get(fill(modelSpecsPath, c.params), id) != nil
}

func (s *Server) hostedModelArea() {
	models := s.collect(collection{
		kind: "hosted model", path: hostedModelsPath, unique: "service",
		// Documented is that there are defaults. What they are is assumed.
		defaults: doc{
			"nodeTemplateName": "llms-by-castai", "namespace": "castai-llms", "currentReplicas": 0.0, "statusReason": "", "type": "chat",
			"edgeLocations": doc{"ids": []any{}},
		},
		keep:  []string{"status", "statusReason", "currentReplicas"},
		rules: hostedModelRules,
	})
	const api = "HostedModelsAPI"
	s.handle(api+"ListHostedModels", func(c *call) (*answer, error) { return c.page(c.hostedModels()) })
	for operation, h := range map[string]handler{
		"CreateHostedModel": models.create,
		"UpdateHostedModel": models.update,
		// Documented: it answers before the model is gone.
		"DeleteHostedModel": func(c *call) (*answer, error) {
			r, err := models.find(c)
			if err != nil {
				return nil, err
			}
			if r.Doc["status"] != "DELETING" {
				r.Doc["status"] = "DELETING"
				r.setTime(hiddenGoing, c.now)
				c.store.put(r)
			}
			return c.reply(doc{})
		},
	} {
		s.handle(api+operation, func(c *call) (*answer, error) {
			c.hostedModels() // those whose time has come go
			return h(c)
		})
	}
}

// hostedModels lists the models of a cluster, as they are by now. Assumed: they take as long as an agent to come, and
// as a disconnect to go.
func (c *call) hostedModels() (list []*record) {
	for _, r := range c.store.list(fill(hostedModelsPath, c.params)) {
		switch {
		case r.Doc["status"] == "DELETING" && due(r, hiddenGoing, c.settings.DisconnectDelay, c.now):
			c.store.remove(r)
			continue
		case r.Doc["status"] == "DEPLOYING" && due(r, hiddenSince, c.settings.AgentDelay, c.now):
			r.Doc["status"], r.Doc["currentReplicas"] = "RUNNING", 1.0
			c.store.put(r)
		}
		list = append(list, r)
	}
	return list
}

func hostedModelRules(c *call, r *record, old doc) error {
	d := r.Doc
	if id := text(d, "modelSpecsId"); !c.hasModelSpecs(id) {
		return invalid("modelSpecsId", "model specs not found: %s", id) // assumed
	}
	if strings.TrimSpace(text(d, "service")) == "" {
		return invalid("service", "must not be empty")
	}
	if port := number(d, "port"); port < 1 || port > 65535 {
		return invalid("port", "must be from 1 to 65535") // assumed
	}
	if d["horizontalAutoscaling"] == nil {
		// Documented: one that is not given may be filled in.
		d["horizontalAutoscaling"] = doc{
			"enabled": false, "minReplicas": 1.0, "maxReplicas": 1.0, "targetMetric": "GPU_CACHE_USAGE_PERCENTAGE", "targetValue": 50.0,
		}
	}
	scaling := object(d, "horizontalAutoscaling")
	if number(scaling, "minReplicas") > number(scaling, "maxReplicas") {
		return invalid("horizontalAutoscaling.maxReplicas", "must not be less than minReplicas") // assumed
	}
	scaling["targetValue"] = narrow(number(scaling, "targetValue")) // documented: a number of 32 bits
	if vllm := object(d, "vllmConfig"); vllm != nil {
		if token := text(vllm, "huggingFaceToken"); token != "" {
			if text(vllm, "secretName") != "" {
				return invalid("vllmConfig", "a token and a secret exclude each other") // documented
			}
			r.hide(hiddenHFToken, token)
			delete(vllm, "huggingFaceToken") // documented: no answer shows it
		}
	}
	if old == nil {
		cluster := c.cluster(c, c.params["clusterId"]) // without one the call had not come here
		for kind, cloud := range map[string]string{"eks": "AWS", "gke": "GCP", "aks": "AZURE"} {
			if params := object(cluster.Doc, kind); params != nil {
				d["cloudProvider"], d["region"] = cloud, text(params, "region")
			}
		}
		r.setTime(hiddenSince, c.now)
		d["status"] = "DEPLOYING"
		if due(r, hiddenSince, c.settings.AgentDelay, c.now) {
			d["status"], d["currentReplicas"] = "RUNNING", 1.0
		}
	}
	return nil
}
