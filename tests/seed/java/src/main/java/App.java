import com.castai.castai.GkeCluster;
import com.castai.castai.GkeClusterArgs;
import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumi.gcp.projects.IAMMember;
import com.pulumi.gcp.projects.IAMMemberArgs;
import com.pulumi.gcp.serviceaccount.Account;
import com.pulumi.gcp.serviceaccount.AccountArgs;
import com.pulumi.gcp.serviceaccount.Key;
import com.pulumi.gcp.serviceaccount.KeyArgs;
import com.pulumi.kubernetes.core.v1.Namespace;
import com.pulumi.kubernetes.core.v1.NamespaceArgs;
import com.pulumi.kubernetes.helm.v3.Release;
import com.pulumi.kubernetes.helm.v3.ReleaseArgs;
import com.pulumi.kubernetes.helm.v3.inputs.RepositoryOptsArgs;
import com.pulumi.kubernetes.meta.v1.inputs.ObjectMetaArgs;
import com.pulumi.resources.CustomResourceOptions;
import java.util.List;
import java.util.Map;

/** Connects a GKE cluster to CAST AI. */
public class App {
    private static final RepositoryOptsArgs CHARTS =
        RepositoryOptsArgs.builder().repo("https://castai.github.io/helm-charts").build();

    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context ctx) {
        var projectId = ctx.config().get("projectId").orElse("my-gcp-project-id");
        var clusterName = ctx.config().get("clusterName").orElse("my-gke-cluster");
        Output<String> apiToken = ctx.config().requireSecret("apiToken");

        // What CAST AI signs in to Google Cloud with.
        var account = new Account("castai-service-account", AccountArgs.builder()
            .accountId("castai-gke-access")
            .displayName("CAST AI GKE Access Service Account")
            .description("Service account for CAST AI to manage GKE cluster")
            .project(projectId)
            .build());
        var roles = List.of("roles/container.admin", "roles/compute.admin", "roles/iam.serviceAccountUser");
        for (var i = 0; i < roles.size(); i++) {
            new IAMMember("castai-role-" + i, IAMMemberArgs.builder()
                .project(projectId)
                .role(roles.get(i))
                .member(account.email().applyValue(email -> "serviceAccount:" + email))
                .build());
        }
        var key = new Key("castai-service-account-key", KeyArgs.builder().serviceAccountId(account.name()).build());

        var castai = new com.castai.castai.Provider("castai-provider",
            com.castai.castai.ProviderArgs.builder().apiToken(apiToken).build());
        var kubernetes = new com.pulumi.kubernetes.Provider("gke-k8s");

        // The order in which it comes up: namespace, agent, controller, connection.
        var namespace = new Namespace("castai-namespace", NamespaceArgs.builder()
            .metadata(ObjectMetaArgs.builder()
                .name("castai-agent")
                .labels(Map.of("app.kubernetes.io/managed-by", "Helm"))
                .annotations(Map.of(
                    "meta.helm.sh/release-name", "castai-agent",
                    "meta.helm.sh/release-namespace", "castai-agent"))
                .build())
            .build(), CustomResourceOptions.builder().provider(kubernetes).build());

        var agent = new Release("castai-agent", ReleaseArgs.builder()
            .name("castai-agent")
            .chart("castai-agent")
            .repositoryOpts(CHARTS)
            .namespace("castai-agent")
            .createNamespace(false)
            .values(apiToken.applyValue(token -> Map.of(
                "apiKey", token,
                "provider", "gke",
                "apiURL", "https://api.cast.ai")))
            .build(), CustomResourceOptions.builder().provider(kubernetes).dependsOn(namespace).build());

        var controller = new Release("cluster-controller", ReleaseArgs.builder()
            .name("cluster-controller")
            .chart("castai-cluster-controller")
            .repositoryOpts(CHARTS)
            .namespace("castai-agent")
            .values(apiToken.applyValue(token -> Map.of(
                "castai", Map.of("apiKey", token, "apiURL", "https://api.cast.ai"))))
            .build(), CustomResourceOptions.builder().provider(kubernetes).dependsOn(agent).build());

        var cluster = new GkeCluster("gke-cluster-connection", GkeClusterArgs.builder()
            .projectId(projectId)
            .location("us-central1")
            .name(clusterName)
            .deleteNodesOnDisconnect(true)
            .credentialsJson(key.privateKey())
            .build(), CustomResourceOptions.builder().provider(castai).dependsOn(agent, controller).build());

        ctx.export("clusterId", cluster.id());
        ctx.export("serviceAccountEmail", account.email());
    }
}
