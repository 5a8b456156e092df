// Package contract holds the wire contract of the CAST AI API as data: the operations, fields and statuses that the
// provider's coverage check and the emulator read.
package contract

import _ "embed"

// OpenAPI is the contract, an OpenAPI 3.0 document in JSON.
//
//go:embed openapi.json
var OpenAPI []byte
