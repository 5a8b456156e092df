package provider_test

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/edge"
)

func init() {
	rows = append(rows, omniClusterRow, edgeLocationRow, edgeConfigurationRow, edgeConfigurationDefaultRow)
}

// omni is the path of something of a cluster in Omni.
func omni(organization, cluster string, more ...string) string {
	return strings.Join(append([]string{"/omni-provisioner/v1beta/organizations", organization, "clusters", cluster}, more...), "/")
}

// omniClusters registers the clusters with Omni.
func omniClusters(w *world) {
	for _, organization := range []string{w.organization, secondOrg} {
		for _, cluster := range []string{w.cluster, w.other} {
			w.Request(http.MethodPost, omni(organization, cluster)+":register", props{})
		}
	}
}

const locationsGoing = "edge locations may be just going"

var omniClusterRow = &row{
	token: "OmniCluster", inputs: edge.OmniClusterArgs{}, state: edge.OmniClusterState{},
	least: func(w *world) props { return props{"organizationId": w.organization, "clusterId": w.cluster} },
	full: func(w *world) []props {
		return []props{{
			"organizationId": w.organization, "clusterId": w.cluster,
			"status": props{"omniAgentVersion": "0.0.0", "podCidr": "10.244.0.0/16, fd00::/48"},
		}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": secondOrg}, "clusterId": {"clusterId": w.other},
			"status.podCidr": {"status.podCidr": "10.0.0.0/8"},
		}
	},
	borne:    map[int]string{400: locationsGoing, 409: locationsGoing, 422: locationsGoing},
	stays:    map[string]string{"status": "what is known of a cluster cannot be taken back"},
	importID: byID,
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, omni(w.organization, r.ID), nil)
		return inputs
	},
}

// custom are the least inputs of an edge location.
func custom(w *world) props {
	return props{"organizationId": w.organization, "clusterId": w.cluster, "custom": props{}}
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

var edgeLocationRow = &row{
	token: "EdgeLocation", inputs: edge.EdgeLocationArgs{}, state: edge.EdgeLocationState{},
	world: omniClusters,
	least: custom,
	full: func(w *world) []props {
		common := props{
			"organizationId": w.organization, "clusterId": w.cluster, "name": "edge", "description": "near the users",
			"region": "us-east-1", "controlPlaneMode": "SHARED", "controlPlane": props{
				"ha": false, "externalAddress": "edge.example.com", "apiServerPort": 6443, "konnectivityPort": 8132,
				"serviceAnnotations": props{"lb": "internal"},
			},
			"liqo": props{"gatewayServer": props{
				"externalAddress": "gateway.example.com", "externalPort": 5871, "serviceAnnotations": props{"lb": "internal"},
				"serviceLabels": props{"team": "edge"},
			}},
			"networking": props{
				"tunneledCidrs": list("10.1.0.0/16", "10.0.0.0/16"), "cni": props{"overlay": "OVERLAY_FULL", "overlayEncap": "OVERLAY_ENCAP_FOU"},
			},
			"addons": list(props{"name": "oci-csi"}, props{"name": "nvidia-dra", "values": `{"b": 1, "a": {"c": [true]}}`}),
			"zones":  list(props{"id": "2", "name": "b"}, props{"id": "1", "name": "a"}),
		}
		place := func(name string, inputs props) props { return with(common, props{name: inputs}) }
		return []props{
			place("aws", props{
				"accountId": "012345678901", "instanceProfile": "edges", "roleArn": "arn:aws:iam::012345678901:role/castai",
				"accessKeyIdWo": "AKIAEXAMPLE", "secretAccessKeyWo": "hush-hush", "vpcId": "vpc-1", "vpcCidr": "10.2.0.0/16",
				"vpcPeered": false, "securityGroupId": "sg-1", "subnetIds": props{"a": "subnet-1"}, "nameTag": "edges",
			}),
			place("gcp", props{
				"projectId": "my-project", "instanceServiceAccount": "edges@my-project.iam.gserviceaccount.com",
				"targetServiceAccountEmail": "castai@my-project.iam.gserviceaccount.com", "clientServiceAccountJsonBase64Wo": encoded(googleKey),
				"networkName": "main", "subnetName": "edges", "subnetCidr": "10.2.0.0/20", "networkTags": list("edge", "castai"),
			}),
			place("oci", props{
				"tenancyId": "ocid1.tenancy", "compartmentId": "ocid1.compartment", "userIdWo": "ocid1.user", "fingerprintWo": "20:3b:97",
				"privateKeyBase64Wo": encoded("a key"), "vcnId": "ocid1.vcn", "vcnCidr": "10.2.0.0/16", "subnetId": "ocid1.subnet",
				"securityGroupId": "ocid1.group",
			}),
			place("custom", props{}),
		}
	},
	changes: func(w *world) map[string]props {
		cidr := "10.3.0.0/16"
		return map[string]props{
			"organizationId": {"organizationId": secondOrg}, "clusterId": {"clusterId": w.other},
			"networking.tunneledCidrs":             {"networking.tunneledCidrs": list("10.0.0.0/16")},
			"aws.accountId":                        {"aws.accountId": "112345678901"},
			"aws.vpcCidr":                          {"aws.vpcCidr": cidr},
			"gcp.subnetCidr":                       {"gcp.subnetCidr": cidr},
			"gcp.clientServiceAccountJsonBase64Wo": {"gcp.clientServiceAccountJsonBase64Wo": encoded(`{"private_key_id":"two"}`)},
			"oci.vcnCidr":                          {"oci.vcnCidr": cidr},
			"oci.privateKeyBase64Wo":               {"oci.privateKeyBase64Wo": encoded("another key")},
		}
	},
	drops: map[string]props{
		"region":                {"aws": nil, "custom": props{}},
		"aws":                   {"custom": props{}},
		"gcp":                   {"custom": props{}},
		"oci":                   {"custom": props{}},
		"custom":                {"aws": props{"accountId": "012345678901", "vpcId": "v", "securityGroupId": "s", "subnetIds": props{"a": "s"}}},
		"aws.accessKeyIdWo":     {"aws.secretAccessKeyWo": nil},
		"aws.secretAccessKeyWo": {"aws.accessKeyIdWo": nil},
	},
	importID: func(w *world, r *harness.Resource) string { return w.organization + "/" + w.cluster + "/" + r.ID },
	notImported: map[string]string{
		"aws.accessKeyIdWo": neverReturned, "aws.secretAccessKeyWo": neverReturned, "gcp.clientServiceAccountJsonBase64Wo": neverReturned,
		"oci.userIdWo": neverReturned, "oci.fingerprintWo": neverReturned, "oci.privateKeyBase64Wo": neverReturned,
	},
	afterImport: []string{"oci"},
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, omni(w.organization, w.cluster, "edge-locations", r.ID), nil)
		return inputs
	},
	secrets: props{"aws.accessKeyIdWo": "PLANTED-id", "aws.secretAccessKeyWo": "PLANTED-secret"},
}

// edgePlace makes an edge location and a configuration of it for the row.
func edgePlace(w *world) {
	omniClusters(w)
	for name, cluster := range map[string][2]string{
		"location": {w.organization, w.cluster}, "another": {w.organization, w.cluster}, "elsewhere": {w.organization, w.other},
		"abroad": {secondOrg, w.cluster},
	} {
		path := omni(cluster[0], cluster[1], "edge-locations")
		w.made[name] = w.Request(http.MethodPost, path, props{"name": name, "custom": props{}})["id"].(string)
		for _, which := range []string{"one", "two"} {
			made := w.Request(http.MethodPost, path+"/"+w.made[name]+"/configurations", props{"name": which, "custom": props{"a": "b"}})
			w.made[name+"."+which] = made["id"].(string)
		}
	}
}

// ofLocation are the inputs that say where an edge configuration is.
func ofLocation(w *world, more props) props {
	return with(props{"organizationId": w.organization, "clusterId": w.cluster, "edgeLocationId": w.made["location"]}, more)
}

func byLocationAndID(w *world, r *harness.Resource) string {
	return strings.Join([]string{w.organization, w.cluster, w.made["location"], r.ID}, "/")
}

var edgeConfigurationRow = &row{
	token: "EdgeConfiguration", inputs: edge.EdgeConfigurationArgs{}, state: edge.EdgeConfigurationState{},
	world: edgePlace,
	least: func(w *world) props { return ofLocation(w, props{"aws": props{}}) },
	full: func(w *world) []props {
		common := ofLocation(w, props{
			"name": "gpu", "userDataBase64": encoded("#cloud-config"), "cri": props{"socket": "unix:///run/containerd/containerd.sock"},
		})
		return []props{
			with(common, props{"aws": props{"imageId": "ami-0", "bootDiskSizeGib": 100, "tags": props{"team": "edge"}}}),
			with(common, props{"gcp": props{"imageId": "family", "bootDiskSizeGib": 100, "labels": props{"team": "edge"}}}),
			with(common, props{"oci": props{"imageId": "ocid1.image", "bootDiskSizeGib": 100, "tags": props{"team": "edge"}}}),
			with(common, props{"custom": props{"custom": props{"team": "edge"}}}),
		}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": secondOrg, "edgeLocationId": w.made["abroad"]},
			"clusterId":      {"clusterId": w.other, "edgeLocationId": w.made["elsewhere"]},
			"edgeLocationId": {"edgeLocationId": w.made["another"]},
			"userDataBase64": {"userDataBase64": encoded("#!/bin/sh")},
		}
	},
	drops: map[string]props{
		"aws": {"gcp": props{}}, "gcp": {"aws": props{}}, "oci": {"aws": props{}}, "custom": {"aws": props{}},
	},
	importID: func(w *world, r *harness.Resource) string {
		return strings.TrimSuffix(byLocationAndID(w, r), r.ID) + r.Output("name").(string)
	},
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, omni(w.organization, w.cluster, "edge-locations", w.made["location"], "configurations", r.ID), nil)
		return inputs
	},
	secrets: props{"userDataBase64": "PLANTED-data"},
}

var edgeConfigurationDefaultRow = &row{
	token: "EdgeConfigurationDefault", inputs: edge.EdgeConfigurationDefaultArgs{}, state: edge.EdgeConfigurationDefaultState{},
	world: edgePlace,
	least: func(w *world) props { return ofLocation(w, props{"configurationId": w.made["location.one"]}) },
	full: func(w *world) []props {
		return []props{ofLocation(w, props{"configurationId": w.made["location.one"]})}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId":  {"organizationId": secondOrg, "edgeLocationId": w.made["abroad"], "configurationId": w.made["abroad.one"]},
			"clusterId":       {"clusterId": w.other, "edgeLocationId": w.made["elsewhere"], "configurationId": w.made["elsewhere.one"]},
			"edgeLocationId":  {"edgeLocationId": w.made["another"], "configurationId": w.made["another.one"]},
			"configurationId": {"configurationId": w.made["location.two"]},
		}
	},
	importID: byLocationAndID,
	vanish: func(w *world, _ *harness.Resource, inputs props) props {
		w.Request(http.MethodPatch, omni(w.organization, w.cluster, "edge-locations", w.made["location"], "configurations", w.made["location.two"]),
			props{"default": true})
		return inputs
	},
	idleDelete: "a configuration stays the default until another one is",
}
