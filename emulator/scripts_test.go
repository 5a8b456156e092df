package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

// TestOnboardingScriptsSetCredentials runs the scripts with a curl that makes its calls through the test.
func TestOnboardingScriptsSetCredentials(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	b := newBed(t, emulator.Options{})
	dir := t.TempDir()
	stub := "#!/bin/sh\nfor a; do last=$a; case $previous in -d) printf %s \"$a\" >" + dir + "/body;; esac; previous=$a; done\nprintf %s \"$last\" >" + dir + "/url\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(stub), 0o700); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	key := `{"project_id": "p", "private_key": "-----BEGIN\n\"quoted\" \\ key-----"}`
	gke := b.want(200, "POST", clusters, doc{"name": "g", "gke": doc{"projectId": "p", "location": "l", "region": "r", "clusterName": "g"}})["id"].(string)
	for _, test := range []struct{ provider, id, variable string }{
		{"eks", b.eks("c"), "ASSUME_ROLE_ARN=arn:aws:iam::123456789012:role/cast"}, {"gke", gke, "CREDENTIALS=" + key},
	} {
		command := b.want(200, "GET", clusters+"/"+test.id+"/credentials-script?crossRole=true", nil)["script"].(string)
		for _, part := range []string{b.web.URL + "/v1/scripts/" + test.provider + "/onboarding.sh", "CASTAI_CLUSTER_ID='" + test.id + "'"} {
			if !strings.Contains(command, part) {
				t.Errorf("%s: want %s in it", command, part)
			}
		}
		script := exec.CommandContext(t.Context(), "sh")
		script.Stdin = strings.NewReader(b.send("GET", "/v1/scripts/"+test.provider+"/onboarding.sh", nil).text)
		script.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "CASTAI_API_URL="+b.web.URL, "CASTAI_API_TOKEN=secret-token", "CASTAI_CLUSTER_ID="+test.id, test.variable)
		if output, err := script.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		var body doc
		if err := json.Unmarshal([]byte(read("body")), &body); err != nil {
			t.Fatalf("%v: %s", err, read("body"))
		}
		if credentials, ok := body["credentials"].(string); ok && credentials != key {
			t.Errorf("credentials %s, want %s", credentials, key)
		}
		updated := b.want(200, "POST", strings.TrimPrefix(read("url"), b.web.URL), body)
		if updated["credentialsId"] == "" {
			t.Errorf("no credentials: %v", updated)
		}
	}
}

func TestOtherScripts(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("c")
	cleanup := b.want(200, "GET", clusters+"/"+id+"/cleanup-script", nil)["script"].(string)
	if !strings.Contains(cleanup, "/v1/scripts/eks/cleanup.sh") {
		t.Error(cleanup)
	}
	script := b.send("GET", "/v1/scripts/anywhere/cleanup.sh", nil)
	if script.status != 200 || !strings.HasPrefix(script.text, "#!/bin/sh\n") || script.header.Get("Content-Type") != "text/plain" {
		t.Errorf("%+v", script)
	}
	connect := b.want(200, "GET", "/v1/scripts/connect-and-enable-castai.sh", nil)
	if text, err := base64.StdEncoding.DecodeString(connect["data"].(string)); err != nil || !strings.HasPrefix(string(text), "#!/bin/sh\n") {
		t.Errorf("%s %v", text, err)
	}
	command := b.want(200, "GET", clusters+"/onboarding/connect-and-enable-castai-cmd?provider=eks&clusterId="+id, nil)["script"].(string)
	if !strings.Contains(command, "CASTAI_PROVIDER='eks'") {
		t.Error(command)
	}
	b.refused(404, "cluster not found", "GET", clusters+"/onboarding/connect-and-enable-castai-cmd?clusterId=nope", nil)
	b.refused(404, "cluster not found", "GET", clusters+"/nope/credentials-script", nil)
	b.refused(404, "no script", "GET", "/v1/scripts/nope/onboarding.sh", nil)
	b.refused(404, "no script", "GET", "/v1/scripts/nope/cleanup.sh", nil)
	anywhere := b.want(200, "POST", clusters, doc{"name": "a", "anywhere": doc{"clusterName": "a", "kubeSystemNamespaceId": "1"}})["id"].(string)
	b.refused(400, "no credentials", "GET", clusters+"/"+anywhere+"/credentials-script", nil)
}
