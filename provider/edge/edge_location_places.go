package edge

import "github.com/pulumi/pulumi-go-provider/infer"

// EdgeLocationAws is a network in AWS.
type EdgeLocationAws struct {
	AccountID         string            `pulumi:"accountId" check:"awsaccount"`
	InstanceProfile   *string           `pulumi:"instanceProfile,optional" check:"notblank"`
	RoleArn           *string           `pulumi:"roleArn,optional" check:"arn=iam"`
	AccessKeyIDWo     *string           `pulumi:"accessKeyIdWo,optional" provider:"secret" wire:"credentials.accessKeyId,writeonly" check:"notblank"`
	SecretAccessKeyWo *string           `pulumi:"secretAccessKeyWo,optional" provider:"secret" wire:"credentials.secretAccessKey,writeonly" check:"notblank"`
	VpcID             string            `pulumi:"vpcId" wire:"networking.vpcId" check:"notblank"`
	VpcCidr           *string           `pulumi:"vpcCidr,optional" wire:"networking.vpcCidr" norm:"cidr" check:"cidr"`
	VpcPeered         *bool             `pulumi:"vpcPeered,optional" wire:"networking.vpcPeered"`
	SecurityGroupID   string            `pulumi:"securityGroupId" wire:"networking.securityGroupId" check:"notblank"`
	SubnetIDs         map[string]string `pulumi:"subnetIds" wire:"networking.subnetIds" check:"notblank"`
	NameTag           *string           `pulumi:"nameTag,optional" wire:"networking.nameTag"`
}

// Annotate describes the network.
func (x *EdgeLocationAws) Annotate(a infer.Annotator) {
	a.Describe(&x, "A network in AWS that edges run in. CAST AI reaches the account by a role, or with an access key.")
	a.Describe(&x.AccountID, "The AWS account, 12 digits as text.")
	a.Describe(&x.InstanceProfile, "The instance profile of the edges, by its name or ARN.")
	a.Describe(&x.RoleArn, "The role that CAST AI takes on in the account, without a key. Its trust policy has to name the Google "+
		"service account in `castaiOidcConfig` of the `OmniCluster`.")
	a.Describe(&x.AccessKeyIDWo, "The ID of the access key that CAST AI signs in with, where no role is given. Secret. The API "+
		"never returns it. A change updates the location in place.")
	a.Describe(&x.SecretAccessKeyWo, "The secret access key. Secret. The API never returns it. A change updates the location in "+
		"place.")
	a.Describe(&x.VpcID, "The ID of the VPC.")
	a.Describe(&x.VpcCidr, "The address range of the VPC, such as `10.1.0.0/16`.")
	a.Describe(&x.VpcPeered, "Whether the VPC is peered with that of the cluster. Default: the service's choice.")
	a.Describe(&x.SecurityGroupID, "The ID of the security group of the edges.")
	a.Describe(&x.SubnetIDs, "The ID of the subnet for each zone, by the name of the zone.")
	a.Describe(&x.NameTag, "The name that the network is tagged with.")
	a.Deprecate(&x.NameTag, "The service has no more use for it. Leave it out.")
}

// EdgeLocationGcp is a network in Google Cloud.
type EdgeLocationGcp struct {
	ProjectID                        string   `pulumi:"projectId" check:"gcpproject"`
	InstanceServiceAccount           *string  `pulumi:"instanceServiceAccount,optional" check:"notblank"`
	TargetServiceAccountEmail        *string  `pulumi:"targetServiceAccountEmail,optional" check:"notblank"`
	ClientServiceAccountJSONBase64Wo *string  `pulumi:"clientServiceAccountJsonBase64Wo,optional" provider:"secret" wire:"credentials.clientServiceAccountJsonBase64,writeonly" norm:"json" check:"notblank,base64"`
	NetworkName                      string   `pulumi:"networkName" wire:"networking.networkName" check:"notblank"`
	SubnetName                       string   `pulumi:"subnetName" wire:"networking.subnetName" check:"notblank"`
	SubnetCidr                       *string  `pulumi:"subnetCidr,optional" wire:"networking.subnetCidr" norm:"cidr" check:"cidr"`
	NetworkTags                      []string `pulumi:"networkTags" wire:"networking.tags" norm:"set" check:"notblank"`
}

// Annotate describes the network.
func (x *EdgeLocationGcp) Annotate(a infer.Annotator) {
	a.Describe(&x, "A network in Google Cloud that edges run in. CAST AI reaches the project by impersonating a service account, "+
		"or with the key of one.")
	a.Describe(&x.ProjectID, "The ID of the project.")
	a.Describe(&x.InstanceServiceAccount, "The email address of the service account of the edges.")
	a.Describe(&x.TargetServiceAccountEmail, "The email address of the service account that CAST AI impersonates, without a key. "+
		"The account has to allow that to the one in `castaiOidcConfig` of the `OmniCluster`.")
	a.Describe(&x.ClientServiceAccountJSONBase64Wo, "The key of the service account that CAST AI signs in with, where none is "+
		"impersonated: base64 of the JSON file, as the `privateKey` of a key of the Google Cloud provider has it. Secret. The API "+
		"never returns it. A change updates the location in place.")
	a.Describe(&x.NetworkName, "The name of the network.")
	a.Describe(&x.SubnetName, "The name of the subnetwork.")
	a.Describe(&x.SubnetCidr, "The address range of the subnetwork, such as `10.1.0.0/20`.")
	a.Describe(&x.NetworkTags, "The network tags of the edges, in any order.")
}

// EdgeLocationOci is a network in Oracle Cloud.
type EdgeLocationOci struct {
	TenancyID          string  `pulumi:"tenancyId" check:"notblank"`
	CompartmentID      string  `pulumi:"compartmentId" check:"notblank"`
	UserIDWo           string  `pulumi:"userIdWo" wire:"credentials.userId,writeonly" check:"notblank"`
	FingerprintWo      string  `pulumi:"fingerprintWo" provider:"secret" wire:"credentials.fingerprint,writeonly" check:"notblank"`
	PrivateKeyBase64Wo string  `pulumi:"privateKeyBase64Wo" provider:"secret" wire:"credentials.privateKeyBase64,writeonly" check:"notblank,base64"`
	VcnID              string  `pulumi:"vcnId" wire:"networking.vcnId" check:"notblank"`
	VcnCidr            *string `pulumi:"vcnCidr,optional" wire:"networking.vcnCidr" norm:"cidr" check:"cidr"`
	SubnetID           string  `pulumi:"subnetId" wire:"networking.subnetId" check:"notblank"`
	SecurityGroupID    *string `pulumi:"securityGroupId,optional" wire:"networking.securityGroupId" check:"notblank"`
}

// Annotate describes the network.
func (x *EdgeLocationOci) Annotate(a infer.Annotator) {
	a.Describe(&x, "A network in Oracle Cloud that edges run in. CAST AI reaches the tenancy with the API key of a user.")
	a.Describe(&x.TenancyID, "The OCID of the tenancy.")
	a.Describe(&x.CompartmentID, "The OCID of the compartment.")
	a.Describe(&x.UserIDWo, "The OCID of the user that CAST AI signs in as. The API never returns it. A change updates the "+
		"location in place.")
	a.Describe(&x.FingerprintWo, "The fingerprint of the user's API key. Secret. The API never returns it. A change updates the "+
		"location in place.")
	a.Describe(&x.PrivateKeyBase64Wo, "The private half of the API key: base64 of the PEM file. Secret. The API never returns it. "+
		"A change updates the location in place.")
	a.Describe(&x.VcnID, "The OCID of the virtual cloud network.")
	a.Describe(&x.VcnCidr, "The address range of the network, such as `10.1.0.0/16`.")
	a.Describe(&x.SubnetID, "The OCID of the subnet.")
	a.Describe(&x.SecurityGroupID, "The OCID of the network security group of the edges.")
}

// EdgeLocationCustom stands for machines of one's own.
type EdgeLocationCustom struct{}

// Annotate describes the object.
func (x *EdgeLocationCustom) Annotate(a infer.Annotator) {
	a.Describe(&x, "Machines of one's own that edges run on. There is nothing to say of them here: each is set up by a script "+
		"from the console.")
}
