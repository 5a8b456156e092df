package main

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// ownPackage hands the package to the converters of examples, in place of
// plugins. It knows no other.
type ownPackage struct{ pkg *schema.Package }

// LoadPackage returns the package.
func (p ownPackage) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	if name != p.pkg.Name {
		return nil, fmt.Errorf("examples are made of %s alone, not of %s", p.pkg.Name, name)
	}
	return p.pkg, nil
}

// LoadPackageV2 returns the package.
func (p ownPackage) LoadPackageV2(_ context.Context, of *schema.PackageDescriptor) (*schema.Package, error) {
	return p.LoadPackage(of.Name, nil)
}

// LoadPackageReference returns a reference to the package.
func (p ownPackage) LoadPackageReference(name string, _ *semver.Version) (schema.PackageReference, error) {
	pkg, err := p.LoadPackage(name, nil)
	if err != nil {
		return nil, err
	}
	return pkg.Reference(), nil
}

// LoadPackageReferenceV2 returns a reference to the package.
func (p ownPackage) LoadPackageReferenceV2(_ context.Context, of *schema.PackageDescriptor) (schema.PackageReference, error) {
	return p.LoadPackageReference(of.Name, nil)
}
