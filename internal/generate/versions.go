package main

import (
	"fmt"
	"strings"

	"github.com/blang/semver"
)

// versions is one version as each registry spells it.
type versions struct {
	// Semver is the version of the plugin and of the npm, NuGet and Go packages.
	Semver string
	// PEP440 is the version of the Python package.
	PEP440 string
	// Maven is the version of the Java package.
	Maven string
}

// versionsOf spells a release, a development version (-dev) or a numbered
// pre-release (-alpha.1, -beta.1, -rc.1).
func versionsOf(v semver.Version) (versions, error) {
	core := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	out := versions{Semver: v.String(), PEP440: core, Maven: v.String()}
	pre := make([]string, len(v.Pre))
	for i, part := range v.Pre {
		pre[i] = part.String()
	}
	switch {
	case len(v.Build) > 0:
	case len(pre) == 0:
		return out, nil
	case len(pre) == 1 && pre[0] == "dev":
		out.PEP440 += ".dev0"
		out.Maven = core + "-SNAPSHOT"
		return out, nil
	case len(pre) == 2 && v.Pre[1].IsNum:
		if short, ok := map[string]string{"alpha": "a", "beta": "b", "rc": "rc"}[pre[0]]; ok {
			out.PEP440 += short + pre[1]
			return out, nil
		}
	}
	return versions{}, fmt.Errorf("the version %s has no equal on PyPI: use a release, -dev, or -alpha.N, -beta.N or -rc.N, not %q",
		v, strings.Join(append(pre, v.Build...), "."))
}
