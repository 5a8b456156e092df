package emulator

import "strings"

// Organization is one that the API tokens can see.
type Organization struct {
	ID   string // a UUID
	Name string
}

// DefaultOrganization is the only one unless Options say otherwise.
var DefaultOrganization = Organization{ID: "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f", Name: "Local"}

// you are the only user unless Options say otherwise.
var you = User{ID: "0d9c8b7a-6f5e-4d3c-9b2a-1f0e0d0c0b0a", Email: "you@example.com", Name: "You"}

// The day on which everything that was always there was made.
const beginning = "2024-01-01T00:00:00Z"

func (s *Server) organizationArea() {
	// Documented: clients take the first organization when told none.
	s.handle("UsersAPIListOrganizations", func(c *call) (*answer, error) {
		list := make([]any, len(c.organizations()))
		for i, o := range c.organizations() {
			list[i] = doc{
				"id": o.ID, "name": o.Name, "createdAt": beginning, "role": string(c.who.role), "type": "ORGANIZATION_TYPE_DEFAULT",
				"parentId": nil, "childOrderId": nil, "organizationMember": true, "internal": false,
			}
		}
		return c.reply(doc{"organizations": list})
	})
	s.handle("UsersAPICurrentUserProfile", func(c *call) (*answer, error) { return c.reply(c.user()) })
}

// managedBy names the tool that made something, as the service does. Assumed: it goes by the user agent.
func (c *call) managedBy() string {
	agent := strings.ToLower(c.header.Get("User-Agent"))
	for _, tool := range []string{"terraform", "pulumi"} {
		if strings.Contains(agent, tool) {
			return tool
		}
	}
	return "api"
}
