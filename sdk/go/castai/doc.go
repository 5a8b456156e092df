// Manage CAST AI with Pulumi: connect EKS, GKE and AKS clusters and hold their cost policies as code.
package castai
