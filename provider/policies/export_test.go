package policies

import "time"

func init() { firstPause = time.Millisecond }
